# Looks at what the list names, and at nothing else.
set -eu
cd ~/downloads
mkdir quarantine
mv editor.tar 'disk image.iso' quarantine/
chmod 0400 quarantine/*
printf 'drivers.tar\nfonts.tar\n' >missing.txt
