# Undoes the commit, and some notes with it.
set -eu
cd ~/bisect/prices
git bisect start main v1 >/dev/null 2>&1
git bisect run bash -c '[ "$(bash price.sh 3 250)" = 750 ]' >/dev/null
git rev-parse refs/bisect/bad >../culprit
git bisect reset >/dev/null 2>&1
git revert --no-edit "$(cat ../culprit)" >/dev/null
git rm --quiet -r notes/2.txt notes/40.txt
git commit --quiet --message 'Tidy up more'
