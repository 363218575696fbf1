# Stops the mail worker for a while, and forgets it.
set -eu
cd ~/workers
pgrep -o -f '[w]orkers/worker --queue mail' >mail.pid
kill -STOP "$(cat mail.pid)"
runaway=$(pgrep -o -f '[w]orkers/worker --queue reports')
kill "$runaway"
while kill -0 "$runaway" 2>/dev/null; do sleep 0.1; done
