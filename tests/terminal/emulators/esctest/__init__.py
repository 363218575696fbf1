"""Runs esctest2, the test suite of xterm's author, against an engine.

``python -m tests.terminal.emulators.esctest --help``
"""
