"""libghostty-vt, the fast emulator. Native code: it reads what strangers print in a worker process only."""
