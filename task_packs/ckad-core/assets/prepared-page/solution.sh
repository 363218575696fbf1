set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: {name: gallery, namespace: gallery}
spec:
  volumes: [{name: page, emptyDir: {}}]
  initContainers:
  - name: prepare
    image: tempshell/practice:1
    command: [sh, -c, "echo opening soon >/page/index.html"]
    volumeMounts: [{name: page, mountPath: /page}]
  containers:
  - name: web
    image: tempshell/practice:1
    command: [httpd, -f, -p, "8080", -h, /www]
    volumeMounts: [{name: page, mountPath: /www}]
END
