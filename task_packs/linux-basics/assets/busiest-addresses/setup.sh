set -eu
# The log itself came as a file of the pack; only what a learner made has to go.
rm -f ~/weblog/report.txt ~/weblog/missing.txt
