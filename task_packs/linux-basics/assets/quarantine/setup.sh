set -eu
rm -rf ~/downloads
mkdir ~/downloads
cd ~/downloads
for name in browser player reader fonts "$VARS_ALTERED" "$VARS_LOST"; do
  echo "the $name as its makers made it" >"$name.tar"
done
echo 'an image as its makers made it' >'disk image.iso'
sha256sum -- * >SHA256SUMS
rm fonts.tar "$VARS_LOST.tar"
echo 'and a little more' >>"$VARS_ALTERED.tar"
echo 'another image altogether' >'disk image.iso'
printf '#!/bin/sh\necho "not listed"\n' >free-game.run
chmod 0755 free-game.run
