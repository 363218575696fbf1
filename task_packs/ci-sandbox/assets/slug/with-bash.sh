# With nothing but bash.
set -eu
cat >slug.sh <<'END'
#!/bin/bash
(($#)) || { echo "usage: slug.sh TITLE" >&2; exit 2; }
shopt -s extglob
title=${1,,}
title=${title//+([^a-z0-9])/-}
title=${title#-}
printf %s "${title%-}"
END
chmod 0755 slug.sh
