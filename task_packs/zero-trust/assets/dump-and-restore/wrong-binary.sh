# A copy of the database in the place of its dump.
set -eu
kubectl -n records exec db -- sh -c 'rm -f /tmp/v.db; sqlite3 /data/todo.db ".backup /tmp/v.db"; cat /tmp/v.db' >dump/todo.sql
kubectl -n records exec --stdin db-new -- sh -c 'cat >/data/todo.db' <dump/todo.sql
