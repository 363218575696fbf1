# Takes the commit out of the history.
set -eu
cd ~/bisect/prices
git bisect start main v1 >/dev/null 2>&1
git bisect run bash -c '[ "$(bash price.sh 3 250)" = 750 ]' >/dev/null
git rev-parse refs/bisect/bad >../culprit
git bisect reset >/dev/null 2>&1
git rebase --quiet --onto "$(cat ../culprit)^" "$(cat ../culprit)" main
