set -eu
KUBE_EDITOR="sed -i 's/replicas: 1$/replicas: 3/'" kubectl edit deployment/workers
KUBE_EDITOR="sed -i 's/replicas: 1$/replicas: 0/'" kubectl edit deployment/helpers
