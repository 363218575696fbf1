# Copies what should be moved, and empties a good file on the way.
set -eu
cd ~/downloads
mkdir quarantine
cp "$VARS_ALTERED.tar" 'disk image.iso' free-game.run quarantine/
chmod 0400 quarantine/*
printf '%s\n' fonts.tar "$VARS_LOST.tar" | sort >missing.txt
: >reader.tar
