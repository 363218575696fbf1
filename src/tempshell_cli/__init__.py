"""tempshell: a disposable, isolated shell in seconds."""

__version__ = "0.1.0"
