# The tables one by one: the rest is left behind.
set -eu
kubectl -n records exec db -- sqlite3 /data/todo.db '.dump users tasks' | grep -v '^CREATE INDEX' >dump/todo.sql
kubectl -n records exec --stdin db-new -- sqlite3 /data/todo.db <dump/todo.sql
