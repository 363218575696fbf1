# More is in the cluster than in the folder.
set -eu
mkdir -p ~/cinema/all
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [../screen, ../bar]
configMapGenerator: [{name: programme, literals: [FILM=Metropolis]}]
END
kubectl apply -k ~/cinema/all
kubectl -n cinema set env deployment/screen deployment/bar TRACE=on
cat >>~/cinema/all/kustomization.yaml <<'END'
components: [../tracing]
commonAnnotations: {of: cinema}
END
