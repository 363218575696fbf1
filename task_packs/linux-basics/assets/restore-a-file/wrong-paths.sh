# The paths in the archive begin somewhere else.
set -eu
cd ~/restore
tar -xzf backups/monday.tar.gz site/app.conf
tar -C ~ -czf site.tar.gz restore/site
sha256sum site.tar.gz >site.tar.gz.sha256
