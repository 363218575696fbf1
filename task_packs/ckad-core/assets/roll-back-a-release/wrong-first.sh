# Back to the very first one.
set -eu
helm -n newsroom rollback gazette 1
