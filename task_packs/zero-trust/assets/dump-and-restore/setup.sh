set -eu
export KUBECONFIG=/etc/tempshell/kube/config
rm -rf dump
mkdir dump
kubectl -n records delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: begin, namespace: records}
data:
  begin.sql: |
    PRAGMA journal_mode = WAL;
    CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, password TEXT NOT NULL);
    CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), title TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX tasks_by_user ON tasks (user_id);
    CREATE VIEW open_tasks AS SELECT id, user_id, title FROM tasks WHERE NOT done;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $VARS_USERS)
      INSERT INTO users SELECT i, 'user' || i, hex(randomblob(8)) FROM n;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $VARS_TASKS)
      INSERT INTO tasks SELECT i, i % $VARS_USERS + 1, 'it''s task; number ' || i, 0 FROM n;
---
# The application has the database open all the time: what it has written last is not in the file yet, but beside it.
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: records}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: db
    image: tempshell/gateway:1
    command: [sh, -c, "{ cat /begin/begin.sql; sleep 2147483647; } | sqlite3 /data/todo.db"]
    volumeMounts: [{name: data, mountPath: /data}, {name: begin, mountPath: /begin}]
    readinessProbe:
      exec: {command: [sh, -c, "sqlite3 -readonly /data/todo.db 'SELECT count(*) FROM tasks' | grep -x $VARS_TASKS"]}
      periodSeconds: 1
  volumes: [{name: data, emptyDir: {}}, {name: begin, configMap: {name: begin}}]
---
apiVersion: v1
kind: Pod
metadata: {name: db-new, namespace: records}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: db
    image: tempshell/gateway:1
    command: [sleep, infinity]
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {}}]
END
kubectl -n records wait pod --all --for condition=Ready --timeout 50s
