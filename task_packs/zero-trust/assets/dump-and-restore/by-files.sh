# The dump as a file of each pod.
set -eu
kubectl -n records exec db -- sqlite3 /data/todo.db '.once /tmp/todo.sql' .dump
kubectl -n records exec db -- cat /tmp/todo.sql >dump/todo.sql
kubectl -n records cp dump/todo.sql db-new:/tmp/todo.sql
kubectl -n records exec db-new -- sqlite3 /data/todo.db '.read /tmp/todo.sql'
