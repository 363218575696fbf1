# Makes a better key when the request is already there.
set -eu
umask 077
cd ~/tls
openssl req -new -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
  -subj /CN=shop.example -addext 'subjectAltName=DNS:shop.example,DNS:www.shop.example' 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key
