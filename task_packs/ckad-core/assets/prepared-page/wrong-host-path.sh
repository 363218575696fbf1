# A folder of the node, which is still there when the pod is gone.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: {name: gallery, namespace: gallery}
spec:
  volumes: [{name: page, hostPath: {path: /tmp/gallery, type: DirectoryOrCreate}}]
  initContainers:
  - name: prepare
    image: tempshell/practice:1
    securityContext: {runAsUser: 0}
    command: [sh, -c, "echo opening soon >/page/index.html"]
    volumeMounts: [{name: page, mountPath: /page}]
  containers:
  - name: web
    image: tempshell/practice:1
    command: [httpd, -f, -p, "8080", -h, /www]
    volumeMounts: [{name: page, mountPath: /www}]
END
