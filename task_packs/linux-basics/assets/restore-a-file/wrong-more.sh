# Packs the backups as well.
set -eu
cd ~/restore
tar -xzf backups/monday.tar.gz site/app.conf
tar -czf site.tar.gz site backups
sha256sum site.tar.gz >site.tar.gz.sha256
