# Restores the whole folder, over the page of today.
set -eu
cd ~/restore
tar -xzf backups/monday.tar.gz
tar -czf site.tar.gz site
sha256sum site.tar.gz >site.tar.gz.sha256
