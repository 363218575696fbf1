# In two steps, with a configuration file.
set -eu
cd ~/tls
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key
chmod 0400 server.key
cat >request.cnf <<CONFIG
[req]
prompt = no
distinguished_name = subject
req_extensions = extensions
[subject]
O = The Shop
CN = $VARS_SHOP.example
[extensions]
subjectAltName = DNS:www.$VARS_SHOP.example, DNS:$VARS_SHOP.example
CONFIG
openssl req -new -key server.key -config request.cnf -out server.csr
