"""One file a command: options in, one call, output out. Each module has an ``app`` that ``lazy`` takes."""
