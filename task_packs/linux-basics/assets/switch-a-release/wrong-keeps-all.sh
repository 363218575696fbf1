# Forgets the way back, and the cleaning up.
set -eu
cd ~/deploy
ln -s ../../shared/config.ini releases/1.2/config.ini
ln -sfn releases/1.2 current
