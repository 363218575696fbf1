# The value is right, and was read from somewhere else than an ephemeral container.
set -eu
echo "$VARS_CODE" >~/bunker/code
