# A hard link: the moved folder will have two files.
set -eu
cd ~/deploy
ln shared/config.ini releases/1.2/config.ini
ln -sfn releases/1.2 current
ln -s releases/1.1 previous
rm -r releases/1.0
