"""Runs esctest2, the test suite of xterm's author, against an emulator.

``python -m tests.terminal.emulators.esctest --help``
"""
