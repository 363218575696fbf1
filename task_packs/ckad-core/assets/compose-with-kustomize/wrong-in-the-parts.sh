# The part has the setting itself.
set -eu
mkdir -p ~/cinema/all
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [../screen, ../bar]
components: [../tracing]
END
cat >>~/cinema/screen/kustomization.yaml <<'END'
configMapGenerator: [{name: programme, literals: [FILM=Metropolis]}]
END
kubectl apply -k ~/cinema/all
