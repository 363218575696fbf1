# Puts a copy of a good file there as well.
set -eu
cd ~/downloads
mkdir quarantine
mv "$VARS_ALTERED.tar" 'disk image.iso' free-game.run quarantine/
cp reader.tar quarantine/
chmod 0400 quarantine/*
printf '%s\n' fonts.tar "$VARS_LOST.tar" | sort >missing.txt
