# Writes the file from the archive into the old one, and the archive's members one by one.
set -eu
cd ~/restore
sha256sum --ignore-missing --check backups/SHA256SUMS >/dev/null 2>&1 || true
tar -xzOf backups/monday.tar.gz site/app.conf >site/app.conf
tar -cf - ./site/index.html ./site/app.conf | gzip -9 >site.tar.gz
sha256sum --binary --tag site.tar.gz | cat - >site.tar.gz.sha256
