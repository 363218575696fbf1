# Names the folder of the program, not the one it works in.
set -eu
cd ~/ports
ss -Hltnp "sport = :$VARS_PORT" | sed 's/.*pid=\([0-9]*\).*/\1/' >pid
dirname "$(readlink "/proc/$(cat pid)/exe")" >folder
ss -Hxlp | grep 'ports/admin\.sock' | sed 's/.*pid=\([0-9]*\).*/\1/' >admin-pid
