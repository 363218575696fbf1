"""What the terminal is held to, beside tmux and a bare PTY: ``python -m benchmarks.terminal``.

``outer`` is the terminal that a person would sit at, ``inside`` the session in it, ``loads`` what is written to both.
``parse``, ``flood``, ``keys``, ``interrupt`` and ``memory`` each yield their lines of the table.
"""
