# Looks at what the list names, and at nothing else.
set -eu
cd ~/downloads
mkdir quarantine
mv "$VARS_ALTERED.tar" 'disk image.iso' quarantine/
chmod 0400 quarantine/*
printf '%s\n' fonts.tar "$VARS_LOST.tar" | sort >missing.txt
