# Literals go over what comes from the ConfigMap.
set -eu
kubectl create configmap colours --from-literal WALL=white --from-literal DOOR=green
kubectl patch deployment paint --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        env: [{name: WALL, value: white}, {name: DOOR, value: green}]
        envFrom: [{configMapRef: {name: colours}}]'
