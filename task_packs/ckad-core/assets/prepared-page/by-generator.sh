# kubectl writes the pod, and jq adds the init container and the volume.
set -eu
kubectl -n gallery run gallery --image tempshell/practice:1 --dry-run=client -o json --command -- httpd -f -p 8080 -h /www |
  jq '.spec.volumes = [{name: "www", emptyDir: {}}]
    | .spec.containers[0] += {name: "web", volumeMounts: [{name: "www", mountPath: "/www/"}]}
    | .spec.initContainers = [{name: "prepare", image: "docker.io/tempshell/practice:1",
        args: ["sh", "-c", "printf \"opening soon\\n\" > /www/index.html"], volumeMounts: [{name: "www", mountPath: "/www"}]}]' |
  kubectl apply -f -
