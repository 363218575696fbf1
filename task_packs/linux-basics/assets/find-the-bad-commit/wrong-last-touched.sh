# Blames whoever has touched the file last.
set -eu
cd ~/bisect/prices
git log -1 --format=%H -- price.sh >../culprit
sed -i 's: - count / 2::' price.sh
git commit --quiet --all --message 'Charge for all of it'
