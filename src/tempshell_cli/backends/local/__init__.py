"""The embedded engine: a bubblewrap namespace sandbox on the Linux machine at hand.

Two small programs live here, ``supervisor`` and ``enter``. One of them stands in the way of every command, so they and
what they import (``kernel``, ``limits``, ``rundir``) do with a handful of C modules: an interpreter is up in 7 ms, and
pathlib, dataclasses, json, subprocess and signal would make that 40.
"""
