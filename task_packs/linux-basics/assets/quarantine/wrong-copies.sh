# Copies what should be moved, and empties a good file on the way.
set -eu
cd ~/downloads
mkdir quarantine
cp editor.tar 'disk image.iso' free-game.run quarantine/
chmod 0400 quarantine/*
printf 'drivers.tar\nfonts.tar\n' >missing.txt
: >reader.tar
