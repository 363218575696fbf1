"""The screen of a session in a browser on this machine."""
