# A volume in memory, and the server by a shell.
set -eu
kubectl create -f - <<'END'
apiVersion: v1
kind: Pod
metadata: {name: gallery, namespace: gallery}
spec:
  volumes: [{name: page, emptyDir: {medium: Memory, sizeLimit: 1Mi}}]
  initContainers:
  - name: prepare
    image: tempshell/practice:1
    workingDir: /out
    command: [sh, -c]
    args: ["echo 'opening soon' | tee index.html"]
    volumeMounts: [{name: page, mountPath: /out}]
  containers:
  - name: web
    image: tempshell/practice:1
    command: [sh, -c, exec httpd -f -p 8080 -h /www]
    volumeMounts: [{name: page, mountPath: /www, readOnly: true}]
END
