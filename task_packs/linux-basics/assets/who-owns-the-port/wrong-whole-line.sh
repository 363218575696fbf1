# Writes more than was asked for.
set -eu
cd ~/ports
ss -Hltnp "sport = :$VARS_PORT" | sed 's/.*pid=\([0-9]*\).*/pid \1/' >pid
ls -ld "/proc/$(sed 's/pid //' pid)/cwd" >folder
ss -Hxlp | grep 'ports/admin\.sock' >admin-pid
