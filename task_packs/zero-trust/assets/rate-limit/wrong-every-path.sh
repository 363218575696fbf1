# One limit for the sign-in and the pages, too.
set -eu
kubectl -n busy annotate ingresses.networking.k8s.io todo nginx.ingress.kubernetes.io/limit-rpm=20
