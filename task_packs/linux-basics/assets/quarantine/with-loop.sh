# Goes through the files one by one, and through the list.
set -eu
cd ~/downloads
mkdir -p quarantine
for file in *; do
  [ -f "$file" ] && [ "$file" != SHA256SUMS ] || continue
  sum=$(sha256sum <"$file")
  if ! grep -qxF "${sum%% *}  $file" SHA256SUMS; then
    install -m 400 "$file" quarantine/
    rm "$file"
  fi
done
while read -r _ file; do
  [ -e "$file" ] || [ -e "quarantine/$file" ] || echo "$file "
done <SHA256SUMS | sort >missing.txt
