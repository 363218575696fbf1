set -eu
# The orders came as a file of the pack; only what a learner made has to go.
rm -rf ~/orders/open.json ~/orders/customers.json
