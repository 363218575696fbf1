rm -f total.sh
