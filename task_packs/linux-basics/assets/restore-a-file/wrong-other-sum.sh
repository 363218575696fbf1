# The checksum of the folder's files, in the place of that of the archive.
set -eu
cd ~/restore
tar -xzf backups/monday.tar.gz site/app.conf
tar -czf site.tar.gz site
sha256sum site/* >site.tar.gz.sha256
