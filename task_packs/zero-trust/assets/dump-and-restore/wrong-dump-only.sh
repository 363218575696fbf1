# Nothing is restored.
set -eu
kubectl -n records exec db -- sqlite3 /data/todo.db .dump >dump/todo.sql
