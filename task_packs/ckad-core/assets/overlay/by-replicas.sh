# The fields of kustomization.yaml for names, images and replicas, and no patch.
set -eu
mkdir -p ~/kiosk/prod
cd ~/kiosk/prod
cat >kustomization.yml <<'END'
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../kiosk/base/
namePrefix: prod-
images:
- {name: tempshell/practice, newName: docker.io/tempshell/practice, newTag: "2"}
replicas:
- {name: kiosk, count: 2}
END
kubectl kustomize . | kubectl create -f -
