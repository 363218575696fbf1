# The init container does nothing, and the page is put there later.
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
    command: ["true"]
    volumeMounts: [{name: page, mountPath: /page}]
  containers:
  - name: web
    image: tempshell/practice:1
    command: [httpd, -f, -p, "8080", -h, /www]
    volumeMounts: [{name: page, mountPath: /www}]
END
kubectl -n gallery wait pod/gallery --for condition=Ready --timeout 40s
kubectl -n gallery exec gallery --container web -- sh -c 'echo opening soon >/www/index.html'
