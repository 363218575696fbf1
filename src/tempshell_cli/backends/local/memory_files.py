"""Files without a name, for a child to inherit: nobody else on the machine can read them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


class MemoryFiles:
    """Makes memory files; ``fds`` are those made so far."""

    def __init__(self) -> None:
        self.fds: list[int] = []

    def __call__(self, content: bytes) -> int:
        """Return an fd to read the content from."""
        fd = os.memfd_create("tempshell")
        self.fds.append(fd)
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd


@contextmanager
def memory_files() -> Iterator[MemoryFiles]:
    """Yield a maker of memory files, and close them at the end."""
    make = MemoryFiles()
    try:
        yield make
    finally:
        for fd in make.fds:
            os.close(fd)
