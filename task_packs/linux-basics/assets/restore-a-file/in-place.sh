# Unpacks elsewhere, and copies.
set -eu
work=$(mktemp -d)
tar -C "$work" -xzf ~/restore/backups/monday.tar.gz
cp "$work/site/app.conf" ~/restore/site/
rm -r "$work"
tar -C ~/restore -czf ~/restore/site.tar.gz site
cd ~/restore && sha256sum ./site.tar.gz >site.tar.gz.sha256
