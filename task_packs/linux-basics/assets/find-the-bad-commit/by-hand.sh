# Walks through the history from its beginning, and fixes the line by hand.
set -eu
cd ~/bisect/prices
for commit in $(git rev-list --reverse v1..main); do
  if [ "$(bash <(git show "$commit:price.sh") 3 250)" != 750 ]; then
    git rev-parse --short "$commit" >../culprit
    break
  fi
done
sed -i 's: - count / 2::' price.sh
git commit --quiet --all --message 'Charge for all of it'
