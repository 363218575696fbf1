#!/usr/bin/python3 -IS
"""An OCI runtime that asks runc for everything but CAP_SYS_RESOURCE.

Installed as the engine's default runtime on machines whose capability bounding set lacks that
capability: there runc refuses every container that asks for it, which all privileged ones (and so
all kind nodes) do, with "unable to apply caps: operation not permitted".

Stands alone: it is copied out of this package and run by containerd, which waits for it.
"""

import os
import sys

RUNC = "/usr/sbin/runc"
CAPABILITY = "CAP_SYS_RESOURCE"


def main(arguments: list[str]) -> None:
    """Drop the capability where the command carries it, then become runc."""
    if "create" in arguments or "run" in arguments:
        drop_capability(f"{option(arguments, '--bundle') or '.'}/config.json")
    elif "exec" in arguments and (process := option(arguments, "--process")):
        drop_capability(process)
    os.execv(RUNC, [RUNC, *arguments])


def option(arguments: list[str], name: str) -> str | None:
    """The value of `--name value` or `--name=value`, the two ways Go programs take it."""
    for argument, following in zip(arguments, [*arguments[1:], None], strict=True):
        if argument == name:
            return following
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None


def drop_capability(path: str) -> None:
    """Rewrite a bundle's config.json, which holds a process under `process`, or exec's file, which is one."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib would double the start-up time
        content = file.read()
    if CAPABILITY not in content:
        return
    import json  # noqa: PLC0415 - more than half of the start-up time, and only privileged containers need it

    document = json.loads(content)
    capabilities = document.get("process", document).get("capabilities") or {}
    for names in capabilities.values():
        names[:] = [name for name in names if name != CAPABILITY]
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(document, file)


if __name__ == "__main__":
    main(sys.argv[1:])
