"""bittty, the emulator in pure Python: slower, and it cannot crash."""
