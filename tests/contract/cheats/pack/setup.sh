mkdir -p work
echo forbidden >work/list
echo kept >work/other
touch done.txt
echo '{}' | tee kept.json >kept.yaml
echo changed >kept.txt
