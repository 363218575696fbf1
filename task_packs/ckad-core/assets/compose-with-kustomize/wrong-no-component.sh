set -eu
mkdir -p ~/cinema/all
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [../screen, ../bar]
configMapGenerator: [{name: programme, literals: [FILM=Metropolis]}]
END
kubectl apply -k ~/cinema/all
