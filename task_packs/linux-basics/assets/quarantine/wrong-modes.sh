# Forgets that a file can be run.
set -eu
cd ~/downloads
mkdir quarantine
mv "$VARS_ALTERED.tar" 'disk image.iso' free-game.run quarantine/
chmod go=,u-w quarantine/*
printf '%s\n' fonts.tar "$VARS_LOST.tar" | sort >missing.txt
