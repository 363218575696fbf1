# Deletes what is not listed, and names the missing files with their checksums.
set -eu
cd ~/downloads
mkdir quarantine
mv "$VARS_ALTERED.tar" 'disk image.iso' quarantine/
rm free-game.run
chmod 0400 quarantine/*
grep -e ' fonts' -e " $VARS_LOST" SHA256SUMS >missing.txt
