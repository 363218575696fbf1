# Goes through all that is open and has no name any more.
set -eu
cd ~/ledger
for open in /proc/[0-9]*/fd/*; do
  case $(readlink "$open" || true) in
  */ledger.csv' (deleted)')
    found=${open%/fd/*}
    [ -e ledger.csv ] || { cat "$open" >ledger.csv && echo "${found#/proc/}" >pid; }
    ;;
  esac
done
