set -eu
cd ~/workers
# The brackets keep the pattern from matching whatever has the pattern itself on its command line.
pkill -KILL -f '[w]orkers/worker --queue' || true
rm -rf mail.pid ./*.saved ./*.log
receipt=$VARS_RECEIPT
unset VARS_RECEIPT # else every worker's environment shows it
for queue in mail reports; do
  echo "$receipt" | setsid bash ~/workers/worker --queue "$queue" >/dev/null 2>&1 &
done
