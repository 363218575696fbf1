# Ends both, and starts the mail worker again.
set -eu
cd ~/workers
pkill -TERM -f '[w]orkers/worker --queue'
while pgrep -f '[w]orkers/worker --queue' >/dev/null; do sleep 0.1; done
setsid bash ~/workers/worker --queue mail </dev/null >/dev/null 2>&1 &
echo $! >mail.pid
while ! pgrep -f '[w]orkers/worker --queue mail' >/dev/null || [ "$(grep -c started mail.log)" -lt 2 ]; do sleep 0.1; done
pgrep -o -f '[w]orkers/worker --queue mail' >mail.pid
