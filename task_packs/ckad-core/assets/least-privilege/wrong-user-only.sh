# Another user, and all else as it was.
set -eu
kubectl -n bank patch deployment teller --patch '
spec: {template: {spec: {securityContext: {runAsUser: 20000}, containers: [{name: teller, securityContext: null}]}}}
'
