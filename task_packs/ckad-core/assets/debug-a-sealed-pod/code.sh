tr -dc a-z </dev/urandom | head -c 12
