set -eu
umask 077
cd ~/tls
openssl req -new -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
  -subj /CN=shop.example -addext 'subjectAltName=DNS:shop.example,DNS:www.shop.example' 2>/dev/null
