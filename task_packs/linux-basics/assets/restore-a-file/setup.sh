set -eu
rm -rf ~/restore
mkdir -p ~/restore/backups ~/restore/site
cd ~/restore

archive() { # DAY WORKERS
  echo "<h1>$1</h1>" >site/index.html
  printf 'port = 8080\nworkers = %d\nlog = on\n' "$2" >site/app.conf
  tar -czf "backups/$1.tar.gz" site
}

archive monday 4
archive tuesday 4
(cd backups && sha256sum monday.tar.gz tuesday.tar.gz >SHA256SUMS)
# Somebody changes the newer archive afterwards.
archive tuesday 400

echo '<h1>Wednesday</h1>' >site/index.html
: >site/app.conf
