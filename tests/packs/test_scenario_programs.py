"""Which programs the scripts of a scenario run, so that those a sandbox lacks are known before its steps fail."""

from __future__ import annotations

import pytest

from tempshell_cli.packs.importers.programs import programs_of


@pytest.mark.parametrize(
    ("script", "programs"),
    [
        ("docker ps", "docker"),
        ("#!/bin/bash\n# first of all\nset -e  # see help\nkubectl get pods\n", "set kubectl"),
        ("sudo -E systemctl start nginx && ufw enable; yq . x | jq . || true", "sudo systemctl ufw yq jq true"),
        ("A=1 B=2 helm list\nC=3\n", "helm"),
        ('[ "$(docker ps -q)" ] || exit 1\n', "docker exit"),
        ("x=`lsblk -n`; y=$(mount | grep disk)", "lsblk mount grep"),
        ("if ! podman info; then echo no; fi\nfor i in a b; do sleep 1; done", "podman echo fi for sleep done"),
        ("timeout 5 nc -z localhost 80", "timeout nc"),
        ("kubectl run web \\\n  --image nginx", "kubectl"),
        ("cat <<'EOF' >a.yaml\nkind: Pod\nmetadata:\nhello there\nEOF\nls", "cat ls"),
        ("cat <<-END | tee x\nhello\n\tEND\nls", "cat tee ls"),
        ("echo \"one\ntwo\" 'three\nfour'; id", "echo id"),
        ("names=(alpha beta\ngamma)\nid", "id"),
        ("case $x in\n  start) echo a ;;\n  stop|halt) id ;;\nesac", "case echo id esac"),
        ("check() { test -e x; }\nfunction other { ls; }\ncheck\nother\n", "test ls"),
        ("apt-get update && apt-get install -y yq=4 nginx\nyq . x\nnginx -t\nunzip y", "unzip"),
        ("/usr/bin/foo; ./bar; ~/baz; $QUX", ""),
        ("", ""),
    ],
)
def test_the_programs_of_a_script(script: str, programs: str) -> None:
    found = [name for name in programs_of([script]) if name not in {"apt-get", "function"}]
    assert found == programs.split()


def test_what_one_script_installs_the_others_have() -> None:
    assert programs_of(["apt-get install -y tree", "tree /srv; docker ps"]) == ("docker",)


@pytest.mark.parametrize("piece", ["<<A\n", "'", '"', "$(", "a=(", "x)", "function ", "a ( ", "\\\n", "sudo ", "`"])
def test_no_script_takes_for_ever_to_read(piece: str) -> None:
    assert isinstance(programs_of([piece * (96 * 1024 // len(piece))]), tuple)
