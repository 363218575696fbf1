# Everything as one JSON patch in the file.
set -eu
mkdir ~/kiosk/prod
cat >~/kiosk/prod/kustomization.yaml <<'END'
resources: [../base]
patches:
- target: {kind: Deployment, name: kiosk}
  options: {allowNameChange: true}
  patch: |
    - {op: replace, path: /metadata/name, value: prod-kiosk}
    - {op: replace, path: /spec/replicas, value: 2}
    - {op: replace, path: /spec/template/spec/containers/0/image, value: "tempshell/practice:2"}
END
kubectl apply --server-side -k ~/kiosk/prod
