# Works until the folder is moved.
set -eu
cd ~/deploy
ln -s ~/deploy/shared/config.ini releases/1.2/config.ini
ln -sfn ~/deploy/releases/1.2 current
ln -s ~/deploy/releases/1.1 previous
rm -r releases/1.0
