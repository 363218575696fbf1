# The ConfigMap from a file of variables.
set -eu
mkdir -p ~/cinema/all
cd ~/cinema/all
echo FILM=Metropolis >programme.env
cat >kustomization.yaml <<'END'
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: cinema
resources:
- ../bar
- ../screen
components:
- ../tracing
configMapGenerator:
- name: programme
  envs: [programme.env]
END
kubectl kustomize . >/tmp/cinema.yaml
kubectl create -f /tmp/cinema.yaml --save-config
rm /tmp/cinema.yaml
