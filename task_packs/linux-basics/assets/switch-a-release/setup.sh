set -eu
rm -rf ~/deploy
mkdir -p ~/deploy/shared
cd ~/deploy
echo 'name = shop' >shared/config.ini
for version in 1.0 1.1 1.2; do
  mkdir -p "releases/$version"
  echo "$version" >"releases/$version/VERSION"
  [ "$version" = 1.2 ] || ln -s ../../shared/config.ini "releases/$version/config.ini"
done
ln -s releases/1.1 current
