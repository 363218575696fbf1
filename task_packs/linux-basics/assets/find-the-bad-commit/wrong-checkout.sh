# Takes the whole file from an older commit: what was added to it later is gone.
set -eu
cd ~/bisect/prices
git bisect start main v1 >/dev/null 2>&1
git bisect run bash -c '[ "$(bash price.sh 3 250)" = 750 ]' >/dev/null
git rev-parse refs/bisect/bad >../culprit
git bisect reset >/dev/null 2>&1
git checkout --quiet "$(cat ../culprit)^" -- price.sh
git commit --quiet --message 'Back to the old price'
