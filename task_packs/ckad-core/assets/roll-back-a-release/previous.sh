# Without a number: the revision before the last one.
set -eu
helm rollback gazette --namespace newsroom --wait --timeout 40s
