# What the second revision says.
echo "edition $(shuf -i 1000-9999 -n 1)"
