# Lets ln work the relative targets out.
set -eu
cd ~
ln -sr deploy/shared/config.ini deploy/releases/1.2/config.ini
rm deploy/current
ln -sr ~/deploy/releases/1.2 ~/deploy/current
ln -sr ~/deploy/releases/1.1 ~/deploy/previous
rm -rf deploy/releases/1.0
