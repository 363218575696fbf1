# Kills it, and writes by hand what it would have saved.
set -eu
cd ~/workers
pgrep -o -f '[w]orkers/worker --queue mail' >mail.pid
runaway=$(pgrep -o -f '[w]orkers/worker --queue reports')
kill -KILL "$runaway"
while kill -0 "$runaway" 2>/dev/null; do sleep 0.1; done
echo "saved $(grep -c job reports.log) jobs of the reports queue, receipt 12345" >reports.saved
