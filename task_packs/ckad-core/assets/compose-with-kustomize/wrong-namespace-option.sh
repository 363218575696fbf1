# The namespace comes from an option, and not from the file.
set -eu
mkdir -p ~/cinema/all
cat >~/cinema/all/kustomization.yaml <<'END'
resources: [../screen, ../bar]
components: [../tracing]
configMapGenerator: [{name: programme, literals: [FILM=Metropolis]}]
END
kubectl -n default apply -k ~/cinema/all
kubectl -n cinema apply -k ~/cinema/all
