"""What is said of a course, which is a directory of scenarios."""

from __future__ import annotations

from tempshell_cli.cli.output import console


def say_course(pack: str, *, as_json: bool) -> bool:
    """Print the scenarios of a directory that is not itself a pack; return False where there is nothing to print."""
    from tempshell_cli.packs.library.find import find_root
    from tempshell_cli.packs.library.load import is_pack, packs_in

    root = find_root(pack)
    listed = [] if is_pack(root) else packs_in(root)
    if as_json and listed:
        console.say_json([{"path": str(root / one.path), "title": one.title} for one in listed])
    elif listed:
        console.table(("SCENARIO", "TITLE"), [(str(root / one.path), one.title) for one in listed])
        console.note(f"tempshell: `tempshell start {root / listed[0].path}` starts the first one")
    return bool(listed)
