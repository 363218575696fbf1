# Trusts the newest archive without a look at its checksum.
set -eu
cd ~/restore
tar -xzf backups/tuesday.tar.gz site/app.conf
tar -czf site.tar.gz site
sha256sum site.tar.gz >site.tar.gz.sha256
