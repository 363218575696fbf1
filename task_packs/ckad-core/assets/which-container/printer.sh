shuf -n 1 -i 3-20
