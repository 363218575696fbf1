shuf -n 1 -i 21-99
