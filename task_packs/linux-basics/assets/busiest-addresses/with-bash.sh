# With nothing but bash, and sort.
set -eu
cd ~/weblog
declare -A errors missing
while read -r address _ _ _ _ _ path _ status _; do
  case $status in
  5??) errors[$address]=$((${errors[$address]:-0} + 1)) ;;
  404) missing[$path]=1 ;;
  esac
done <access.log
for address in "${!errors[@]}"; do echo "${errors[$address]} $address "; done | sort -nr | head -n 3 >report.txt
printf '%s\n' "${!missing[@]}" | sort >missing.txt
