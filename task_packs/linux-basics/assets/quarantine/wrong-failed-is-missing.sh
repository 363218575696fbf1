# Takes everything that has failed for missing.
set -eu
cd ~/downloads
LC_ALL=C sha256sum --check SHA256SUMS 2>/dev/null | sed -n 's/: FAILED.*//p' | sort >missing.txt
mkdir quarantine
mv "$VARS_ALTERED.tar" 'disk image.iso' free-game.run quarantine/
chmod 0400 quarantine/*
