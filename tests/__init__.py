"""The tests: by wing (unit, packs, terminal, tui), of the commands (cli), and of the engines (contract, engines)."""
