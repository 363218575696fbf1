set -eu
cd ~/downloads
mkdir quarantine
sed 's/^[0-9a-f]*  //' SHA256SUMS | sort >quarantine/.listed
find . -maxdepth 1 -type f -not -name SHA256SUMS -printf '%f\n' | sort >quarantine/.here
comm -23 quarantine/.listed quarantine/.here >missing.txt
{
  comm -13 quarantine/.listed quarantine/.here
  LC_ALL=C sha256sum --check --ignore-missing SHA256SUMS 2>/dev/null | sed -n 's/: FAILED$//p'
} | while IFS= read -r name; do
  chmod 0400 "$name"
  mv -- "$name" quarantine/
done
rm quarantine/.listed quarantine/.here
