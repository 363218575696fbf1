set -eu
cd ~/ports
ss -Hltnp "sport = :$VARS_PORT" | sed 's/.*pid=\([0-9]*\).*/\1/' >pid
readlink "/proc/$(cat pid)/cwd" >folder
ss -Hxlp | grep 'ports/admin\.sock' | sed 's/.*pid=\([0-9]*\).*/\1/' >admin-pid
