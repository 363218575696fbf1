# Forgets that a file can be run.
set -eu
cd ~/downloads
mkdir quarantine
mv editor.tar 'disk image.iso' free-game.run quarantine/
chmod go=,u-w quarantine/*
printf 'drivers.tar\nfonts.tar\n' >missing.txt
