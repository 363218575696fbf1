shuf -n 1 -e labels badges forms
