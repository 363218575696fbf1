# Looks, and types the names.
set -eu
cd ~/downloads
install -d -m 0700 quarantine
mv "$VARS_ALTERED.tar" 'disk image.iso' free-game.run quarantine
chmod u=r,go= quarantine/*
printf '%s\n' fonts.tar "$VARS_LOST.tar" | sort >missing.txt
