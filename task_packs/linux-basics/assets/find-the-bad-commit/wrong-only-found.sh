# Finds it, fixes the file, and commits nothing.
set -eu
cd ~/bisect/prices
git bisect start main v1 >/dev/null 2>&1
git bisect run bash -c '[ "$(bash price.sh 3 250)" = 750 ]' >/dev/null
git rev-parse refs/bisect/bad >../culprit
git bisect reset >/dev/null 2>&1
sed -i 's: - count / 2::' price.sh
