set -eu
# The log itself came as a file of the pack; only what a learner made has to go.
rm -rf ~/weblog/report.txt ~/weblog/missing.txt
