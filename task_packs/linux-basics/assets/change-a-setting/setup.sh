set -eu
rm -rf ~/service
mkdir ~/service
cd ~/service
cat >shop.ini <<'INI'
# The shop. Ask Kim before you change anything here.
[client]
host = 192.0.2.7
port = 8080

[server]
host = 0.0.0.0
# port 8080 is what the old balancer asks for
port = 8080
workers = 4

[log]
file = shop.log
# level = info

[mail]
host = 192.0.2.25
port = 25
INI
chmod 0640 shop.ini
