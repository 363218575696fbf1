# A backup within the pod, dumped there; both are copied from pod to pod.
set -eu
kubectl -n records exec db -- sh -c 'sqlite3 /data/todo.db ".backup /tmp/copy.db" && sqlite3 /tmp/copy.db .dump >/tmp/todo.sql'
kubectl -n records cp db:/tmp/todo.sql dump/todo.sql
kubectl -n records cp db:/tmp/copy.db copy.db
kubectl -n records cp copy.db db-new:/data/todo.db
rm copy.db
