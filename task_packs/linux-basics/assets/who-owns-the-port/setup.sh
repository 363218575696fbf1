set -eu
cd ~/ports
# The brackets keep the pattern from matching whatever has the pattern itself on its command line.
pkill -KILL -f '[p]orts/listener' || true
rm -rf pid folder admin-pid admin.sock
port=$VARS_PORT owner=$VARS_OWNER
unset VARS_PORT VARS_OWNER # they would be in the environment of all of them
# Another program that has one of the ports would keep the listener from it.
for other in "$port" $((port + 1000)) $((port + 2000)); do
  while ss -Hltn "sport = :$other" | grep -q .; do
    ss -Hltnp "sport = :$other" | grep -o 'pid=[0-9]*' | cut -d= -f2 | xargs -r kill -KILL || true
  done
done
mkdir -p billing frontend metrics admin
listen() { # FOLDER WHERE
  cd ~/ports/"$1"
  echo "$2" | setsid perl ~/ports/listener >/dev/null 2>&1 &
}
other=$port
for folder in billing frontend metrics; do
  if [ "$folder" = "$owner" ]; then
    listen "$folder" "$port"
  else
    other=$((other + 1000))
    listen "$folder" "$other"
  fi
done
listen admin ~/ports/admin.sock
