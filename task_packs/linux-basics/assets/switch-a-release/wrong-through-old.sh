# Links the configuration to the link of the old release, and moves that of the oldest out of sight.
set -eu
cd ~/deploy
ln -s ../1.1/config.ini releases/1.2/config.ini
ln -sfn releases/1.2 current
ln -s releases/1.1 previous
mv releases/1.0 releases/.1.0
