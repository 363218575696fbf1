set -eu
# The orders came as a file of the pack; only what a learner made has to go.
rm -f ~/orders/open.json ~/orders/customers.json
