# With lsof, and fuser, which puts a blank in front of the id; where they are missing, with ss.
set -eu
cd ~/ports
if command -v lsof fuser >/dev/null; then
  fuser "$VARS_PORT/tcp" >pid 2>/dev/null
  lsof -a -p "$(tr -d ' ' <pid)" -d cwd -Fn | sed -n 's/^n//p' >folder
else
  ss -Hltnp | sed -n "s/.*:$VARS_PORT .*pid=\([0-9]*\).*/ \1/p" >pid
  pwdx $(cat pid) | sed 's/^[0-9]*: //' >folder
fi
ss -Hxlp src "$HOME/ports/admin.sock" | grep -o 'pid=[0-9]*' | cut -d = -f 2 >admin-pid
