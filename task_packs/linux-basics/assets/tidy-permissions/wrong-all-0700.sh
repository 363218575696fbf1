# Closes everything with one stroke.
chmod -R 0700 ~/vault
