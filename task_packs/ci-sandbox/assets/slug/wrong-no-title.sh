# Writes the one answer that it was tested with.
set -eu
cat >slug.sh <<'END'
#!/bin/sh
echo what-s-new-in-2026
END
chmod 0755 slug.sh
