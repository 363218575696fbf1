set -eu
rm -rf ~/downloads
mkdir ~/downloads
cd ~/downloads
for name in browser drivers editor fonts player reader; do echo "the $name as its makers made it" >"$name.tar"; done
echo 'an image as its makers made it' >'disk image.iso'
sha256sum -- * >SHA256SUMS
rm drivers.tar fonts.tar
echo 'and a little more' >>editor.tar
echo 'another image altogether' >'disk image.iso'
printf '#!/bin/sh\necho "not listed"\n' >free-game.run
chmod 0755 free-game.run
