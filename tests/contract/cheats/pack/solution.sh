rm work/list
echo 42 >answer.txt
echo '{"answer": 42}' >answer.json
cat >answer.sh <<'END'
#!/bin/sh
[ $# = 0 ] || { echo usage: answer.sh >&2; exit 2; }
echo 42
END
chmod +x answer.sh
echo aakept >kept.txt
echo '{"kept": [true]}' | tee kept.json >kept.yaml
