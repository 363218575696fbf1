# What the component does, done without it.
set -eu
mkdir -p ~/cinema/all
cat >~/cinema/all/kustomization.yaml <<'END'
namespace: cinema
resources: [../screen, ../bar]
configMapGenerator: [{name: programme, literals: [FILM=Metropolis]}]
patches:
- target: {kind: Deployment}
  patch: |
    - op: add
      path: /spec/template/spec/containers/0/env
      value: [{name: TRACE, value: "on"}]
END
kubectl apply -k ~/cinema/all
