# Goes by the program, which both have in common.
set -eu
cd ~/workers
pgrep -o -f '[w]orkers/worker --queue mail' >mail.pid
pkill -f '[w]orkers/worker'
while pgrep -f '[w]orkers/worker' >/dev/null; do sleep 0.1; done
