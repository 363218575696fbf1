set -eu
umask 022
# A learner may have taken away their own rights.
[ ! -d ~/vault ] || chmod -R u+rwX ~/vault
rm -rf ~/vault
mkdir -p ~/vault/keys ~/vault/bin ~/vault/shared ~/vault/docs/handbook/drafts
cd ~/vault

echo 'not a real key: deploy' >keys/deploy.key
echo 'not a real key: mail server' >'keys/mail server.key'
printf '#!/bin/sh\necho "backing up"\n' >bin/backup.sh
echo 'Minutes of Monday' >shared/minutes.txt
echo 'Welcome to the team' >docs/welcome.txt
echo 'How we work' >docs/handbook/how.txt
echo 'Still to be reviewed' >docs/handbook/drafts/review.txt
echo 'An idea' >docs/handbook/drafts/idea.txt

# A folder below one that hands its group on, as a pod's home does, has the setgid bit from the start.
find . -type d -exec chmod g-s {} +
chmod 0755 keys shared
chmod 0644 keys/* bin/backup.sh
chmod 0664 docs/handbook/drafts/idea.txt
chmod 0666 docs/handbook/drafts/review.txt
