# A copy of the Deployments, which knows nothing of what the folders say later.
set -eu
mkdir -p ~/cinema/all
cp ~/cinema/screen/deployment.yaml ~/cinema/all/screen.yaml
cp ~/cinema/bar/deployment.yaml ~/cinema/all/bar.yaml
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [screen.yaml, bar.yaml]
components: [../tracing]
configMapGenerator: [{name: programme, literals: [FILM=Metropolis]}]
END
kubectl apply -k ~/cinema/all
