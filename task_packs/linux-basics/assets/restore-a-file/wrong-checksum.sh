# Writes the checksum down, and then makes the archive anew.
set -eu
cd ~/restore
tar -xzf backups/monday.tar.gz site/app.conf
tar -czf site.tar.gz site/app.conf
sha256sum site.tar.gz >site.tar.gz.sha256
tar -czf site.tar.gz site
