# Only the worker knows it, until it saves its jobs.
od -An -N4 -tu4 /dev/urandom | tr -d ' '
