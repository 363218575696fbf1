# Looks for the sockets' numbers among all that is open.
set -eu
cd ~/ports
owner() { # INODE
  for open in /proc/[0-9]*/fd/*; do
    if [ "$(readlink "$open" 2>/dev/null || true)" = "socket:[$1]" ]; then
      open=${open#/proc/}
      printf %s "${open%%/*}"
      return
    fi
  done
}
owner "$(awk -v at=":$(printf %04X "$VARS_PORT")" 'substr($2, 9) == at && $4 == "0A" { print $10 }' /proc/net/tcp)" >pid
echo "~/ports/$(basename "$(readlink "/proc/$(cat pid)/cwd")")/" >folder
owner "$(awk '$8 ~ /ports\/admin\.sock$/ && $6 == "01" { print $7 }' /proc/net/unix)" >admin-pid
