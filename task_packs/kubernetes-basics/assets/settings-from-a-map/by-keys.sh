# Key by key, in YAML.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: colours}
data: {DOOR: green, WALL: white}
END
kubectl patch deployment paint --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        env:
        - {name: WALL, valueFrom: {configMapKeyRef: {name: colours, key: WALL}}}
        - {name: DOOR, valueFrom: {configMapKeyRef: {name: colours, key: DOOR}}}'
