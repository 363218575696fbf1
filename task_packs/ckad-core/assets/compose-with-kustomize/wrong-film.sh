set -eu
mkdir -p ~/cinema/all
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [../screen, ../bar]
components: [../tracing]
configMapGenerator: [{name: programme, literals: [FILM=metropolis]}]
END
kubectl apply -k ~/cinema/all
