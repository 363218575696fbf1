# Looks into /proc, and signals the whole group of the worker.
set -eu
cd ~/workers
for process in /proc/[0-9]*; do
  case $(tr '\0' ' ' <"$process/cmdline" 2>/dev/null || true) in
  'bash '*'/workers/worker --queue mail ') printf %s "${process#/proc/}" >mail.pid ;;
  'bash '*'/workers/worker --queue reports ') runaway=${process#/proc/} ;;
  esac
done
kill -s TERM -- "-$runaway" "$runaway"
while kill -0 "$runaway" 2>/dev/null; do sleep 0.1; done
