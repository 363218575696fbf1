set -eu
kubectl -n records exec db -- sqlite3 /data/todo.db .dump >dump/todo.sql
kubectl -n records exec --stdin db-new -- sqlite3 /data/todo.db <dump/todo.sql
