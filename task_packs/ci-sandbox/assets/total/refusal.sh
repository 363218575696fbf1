echo " exit 1"
