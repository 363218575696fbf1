# One layer with the parts, and one around it with what is common.
set -eu
mkdir -p ~/cinema/all/parts
cat >~/cinema/all/parts/kustomization.yaml <<'END'
resources: [../../screen, ../../bar]
components: [../../tracing]
END
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [parts]
configMapGenerator: [{name: programme, literals: [FILM=Metropolis], options: {labels: {of: cinema}}}]
END
kubectl apply --server-side -k ~/cinema/all
