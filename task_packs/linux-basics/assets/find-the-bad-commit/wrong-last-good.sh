# Takes the last good commit for the first bad one.
set -eu
cd ~/bisect/prices
git bisect start main v1 >/dev/null 2>&1
git bisect run bash -c '[ "$(bash price.sh 3 250)" = 750 ]' >/dev/null
git rev-parse refs/bisect/bad^ >../culprit
bad=$(git rev-parse refs/bisect/bad)
git bisect reset >/dev/null 2>&1
git revert --no-edit "$bad" >/dev/null
