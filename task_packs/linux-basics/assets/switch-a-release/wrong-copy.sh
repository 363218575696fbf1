# A copy of the configuration, which nobody will keep up to date.
set -eu
cd ~/deploy
cp shared/config.ini releases/1.2/config.ini
ln -sfn releases/1.2 current
ln -s releases/1.1 previous
rm -r releases/1.0
