rm -rf slug.sh
