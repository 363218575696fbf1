set -eu
rm -rf ~/script
mkdir -p ~/script/data
cd ~/script/data
printf 'a\nb\nc\n' >one.txt
printf '1\n2\n3\n4\n5\n' >two.txt
printf 'bread\nmilk\n' >'my notes.txt'
: >empty.txt
