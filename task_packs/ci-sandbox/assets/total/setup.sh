rm -rf total.sh
