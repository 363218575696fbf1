"""The figures tempshell is held to, measured side by side: ``python -m benchmarks``.

Needs a Python that has tempshell, and nothing else. ``timing`` runs programs in turns, ``commands`` has those that are
compared, ``screen`` watches an idle practice screen, ``table`` shows what came out.
"""

import os

# What is measured has its bytecode, as installed programs do. A base image may keep Python from writing it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
