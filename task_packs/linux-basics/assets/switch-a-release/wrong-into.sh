# Without -n the new link lands in the folder that the old one points to.
set -eu
cd ~/deploy
ln -s ../../shared/config.ini releases/1.2/config.ini
ln -sf releases/1.2 current
ln -s releases/1.1 previous
rm -r releases/1.0
