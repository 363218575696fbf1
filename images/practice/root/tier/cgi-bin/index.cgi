#!/bin/sh
# The front page of a tier: what those behind it say, asked for as a request of a user's would be.
ask() {
  timeout 2 wget -qO- "http://$1:$2/" || echo "$1 does not answer"
}
look_up() {
  echo "$1" | timeout 2 nc mysql 3306 || echo "mysql does not answer"
}
printf 'Content-Type: text/plain\r\n\r\n%s on %s\n' "$TIER" "$(hostname)"
case "$TIER" in
frontend)
  ask auth 8001
  ask task 8002
  ;;
auth) look_up users ;;
task) look_up tasks ;;
esac
