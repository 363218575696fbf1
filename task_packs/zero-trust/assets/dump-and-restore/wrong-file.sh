# The file alone lacks what was written last.
set -eu
kubectl -n records exec db -- cat /data/todo.db | kubectl -n records exec --stdin db-new -- sh -c 'cat >/data/todo.db'
kubectl -n records exec db-new -- sqlite3 /data/todo.db .dump >dump/todo.sql
