rm -f slug.sh
