"""Terminals: a command on a PTY, its bytes relayed as they are or kept as a screen by an emulator. No Textual."""
