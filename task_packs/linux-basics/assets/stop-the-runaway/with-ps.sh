# Reads the list of all processes; the number has blanks in front of it.
set -eu
cd ~/workers
ps -eo pid,args | grep '[w]orker --queue mail' | head -n 1 | cut -c 1-8 >mail.pid
pkill -TERM -f '[w]orkers/worker --queue reports'
while pgrep -f '[w]orkers/worker --queue reports' >/dev/null; do sleep 0.1; done
