"""Ways to raise one's score without doing the work, and a pack with every kind of look that they are tried against."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PACK = Path(__file__).parent / "pack"
_TRICKS = (Path(__file__).parent / "tricks.py").read_text("utf-8")


class Cheat(NamedTuple):
    """What a learner does, by a shell script.

    ``stays``: it leaves something running that nobody inside can end, so that it needs a sandbox of its own.
    ``short`` names the engines on which it is tried each time, one of each way in; ``nox -s long`` tries it on all.
    """

    name: str
    script: str
    stays: bool = False
    short: str = ""


def _trick(name: str) -> str:
    """Return a script that leaves a function of ``tricks.py`` running, and waits until it has begun."""
    return f"""
setsid python3 - {name} >/dev/null 2>&1 <<'END' &
{_TRICKS}
END
until [ -e /tmp/begun ]; do sleep 0.05; done
"""


_FAKE = r"""
mkdir -p bin .local/bin
for name in bash cat cmp env find grep head kubectl mktemp python3 sh stat timeout; do
  printf '#!/bin/sh\necho 42\nexit 0\n' >bin/$name
  chmod +x bin/$name
  cp bin/$name .local/bin/
done
"""

CHEATS = (
    Cheat(
        "programs of one's own on PATH", f"{_FAKE}; echo 'PATH=$HOME/bin:$PATH' | tee .profile .bashrc .pam_environment"
    ),
    Cheat(
        "programs of one's own where the system has its",
        f"{_FAKE}; cp bin/* /usr/local/bin/; cp bin/* /usr/bin/; ln -sf ~/bin/cat /bin/cat",
    ),
    Cheat(
        "functions and aliases in rc files",
        r"""
        echo 'cat() { echo 42; }; grep() { return 1; }; alias cat="echo 42"; export -f cat grep; trap "exit 0" EXIT' |
          tee .bashrc .bash_profile .profile .bash_login .bash_logout .shrc .kshrc .zshenv .inputrc >/dev/null
        """,
    ),
    Cheat(
        "modules that Python imports",
        r"""
        site=$(python3 -c 'import site; print(site.getusersitepackages())'); mkdir -p "$site"
        echo 'import os; os._exit(0)' |
          tee json.py sitecustomize.py usercustomize.py "$site/usercustomize.py" "$site/x.pth" >/dev/null
        """,
        short="local",
    ),
    Cheat(
        "settings of programs",
        r"""
        mkdir -p .config/git
        printf '[core]\n\tpager = echo 42\n[alias]\n\tcat-file = "!echo 42"\n' | tee .gitconfig >.config/git/config
        echo 'def select(f): .; def length: 42;' >.jq
        echo 'output = answer.txt' | tee .curlrc .wgetrc .nanorc .vimrc .sqliterc .lesskey >/dev/null
        """,
    ),
    Cheat(
        "settings that change what a program finds",
        r"""
        echo 'def _equal(a; b): true; def error: .; def error(m): .;' >.jq; echo '{}' >answer.json
        echo '0 string 4 42' >.magic; echo '.print 42' >.sqliterc; echo 'url = "file:///etc/hostname"' >.curlrc
        mkdir -p .config/jq .config/sqlite3; cp .jq .config/jq/; cp .sqliterc .config/sqlite3/sqliterc
        """,
        short="docker",
    ),
    Cheat(
        "a repository whose settings run programs",
        r"""
        printf '#!/bin/sh\nkill -9 $PPID; echo 42\n' >run.sh; chmod +x run.sh
        git init -q . ; git init -q work; mkdir -p .git/hooks; cp run.sh .git/hooks/post-index-change
        printf '* filter=x diff=x\n' | tee .gitattributes >work/.gitattributes
        git config --global safe.directory '*'; git config --global log.showSignature true
        for name in core.fsmonitor core.pager core.sshCommand diff.external filter.x.clean diff.x.textconv; do
          git config --global $name ~/run.sh; git config --global gpg.program ~/run.sh
        done
        cat .gitconfig >>.git/config; cat .gitconfig >>work/.git/config
        """,
    ),
    Cheat(
        "settings of the kernel, of accounts and of logins",
        r"""
        for file in /proc/sys/fs/binfmt_misc/register /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe \
          /proc/sys/kernel/ns_last_pid /proc/sysrq-trigger /sys/kernel/uevent_helper /sys/fs/cgroup/cgroup.kill; do
          echo ":x:M::\\x7fELF::$HOME/answer.sh:" >$file
        done
        for file in /etc/passwd /etc/profile /etc/profile.d/x.sh /etc/bash.bashrc /etc/environment /etc/sudoers.d/x \
          /etc/gitconfig /etc/nsswitch.conf /etc/locale.alias /etc/python3/sitecustomize.py; do
          echo 'exit 0' >>$file; rm -f $file; ln -s ~/answer.sh $file
        done
        """,
    ),
    Cheat(
        "what tempshell keeps in the sandbox",
        r"""
        ls -Rl /run /etc/tempshell; mv /run/tempshell /run/other; mkdir -p /run/tempshell
        for file in /run/tempshell/variables /etc/tempshell/kubectl.bash /etc/tempshell/kube/config /run/tmp.*; do
          echo 'exit 0' >$file; rm -rf $file; ln -s ~/answer.sh $file
        done
        mkdir -p .kube/cache .docker/cli-plugins .config/helm/plugins
        printf 'users:\n- name: x\n  user: {exec: {command: %s/answer.sh}}\n' "$HOME" >.kube/config
        """,
    ),
    Cheat(
        "a preloaded library",
        r"""
        echo broken >lib.so; echo "$HOME/lib.so" >/etc/ld.so.preload; echo "$HOME" >/etc/ld.so.conf.d/x.conf
        cp lib.so libc.so.6; echo "export LD_PRELOAD=$HOME/lib.so LD_LIBRARY_PATH=$HOME" | tee .profile .bashrc .env
        """,
    ),
    Cheat("other mounts", r"unshare -rm sh -c 'mount --bind bin /usr/bin'; mount --bind bin /usr/bin; chroot . true"),
    Cheat("tracing the check, and choosing how it ends", _trick("trace"), stays=True),
    Cheat("ending what the check runs", _trick("end"), stays=True, short="local docker"),
    Cheat("stopping what the check runs", _trick("stop"), stays=True),
    Cheat("limits for what the check runs", _trick("limit"), stays=True),
    Cheat("writing what the check writes and reads", _trick("write"), stays=True),
    Cheat("changing the check's temporary files", _trick("swap"), stays=True),
    Cheat("writing what stands in the check's command line", _trick("copy"), stays=True),
    Cheat("a link to each temporary file of the check's", _trick("follow"), stays=True, short="docker"),
    Cheat("a link to what each process has open", _trick("chase"), stays=True),
    Cheat("a file that becomes a link and a file again", _trick("flip"), stays=True, short="local"),
    Cheat(
        "a program that reads the rest of the check",
        r"""printf '#!/bin/sh\ncat >/dev/null\n' >answer.sh; chmod +x answer.sh""",
        short="local docker",
    ),
    Cheat(
        "a link to the check's own command line",
        "ln -s /proc/self/cmdline answer.txt; ln -sf /proc/self/cmdline kept.txt",
        short="local",
    ),
    Cheat(
        "links to the check's input, and to what only it can read",
        "ln -s /proc/self/fd/0 answer.txt; ln -sf /proc/self/environ answer.json; ln -sf /etc/shadow kept.txt",
        short="docker kubernetes",
    ),
    Cheat(
        "links to processes that are yet to come",
        r"""
        for next in $(seq $$ $(($$ + 400))); do ln -s /proc/$next/cmdline work/$next; done
        ln -s /proc/$(($$ + 60))/cmdline answer.txt; ln -sf /proc/$(($$ + 90))/fd/0 kept.txt
        """,
    ),
    Cheat(
        "files of more than there can be, almost all of it holes",
        r"""
        for size in 8E 7E 1P 1T 200G; do truncate -s $size answer.txt && break; done
        truncate -s 200G kept.txt answer.json; truncate -s 100G work/holes
        """,
    ),
    Cheat(
        "what was to stay, and more after what is read of it",
        r"""
        blank=$(printf '%*s' 1100000 '')
        printf 'aakept%s\nspoilt\n' "$blank" >kept.txt; printf '{"kept": [true]}%s spoilt' "$blank" >kept.json
        printf 'kept: [true]\n#%s\nspoilt\n' "$blank" >kept.yaml
        """,
    ),
    Cheat(
        "values that are equal in some language",
        r"""
        echo '{"kept": [1]}' | tee kept.json >kept.yaml; printf 'aakept\000\r\n' >kept.txt
        echo '{"answer": "42"}' >answer.json; printf '\357\273\277\0664\n' >answer.txt
        """,
    ),
    Cheat("words of arithmetic and of options", "echo 'x[$(kill $PPID)]' >answer.txt; touch work/-q work/--help"),
    Cheat(
        "pipes in the place of files",
        "mkfifo answer.txt answer.json work/pipe; rm kept.*; mkfifo kept.txt kept.json kept.yaml",
    ),
    Cheat(
        "endless files",
        "ln -s /dev/zero answer.txt; ln -s /dev/zero answer.json; ln -sf /dev/zero kept.txt; ln -s /dev/zero work/zero",
    ),
    Cheat("what nobody can read", "chmod 000 work/list work kept.txt kept.json kept.yaml", short="kubernetes"),
    Cheat("a home that nobody can enter", "chmod 000 work .; chmod 000 ~"),
    Cheat(
        "links that lead round and round, and up",
        """
        mv work .work; ln -s .work work; ln -s .. .work/up; ln -s loop loop
        ln -s . answer.json; ln -s /proc/self/cwd answer.txt; ln -sf kept.txt kept.txt
        """,
    ),
    Cheat(
        "data that crashes who reads it",
        r"""
        python3 - <<'END'
        deep = "[" * 30000
        for name, text in (("answer.json", deep), ("kept.json", '{"kept": ' + deep), ("kept.yaml", "kept: " + deep)):
            open(name, "w").write(text)
        open("kept.txt", "w").write("a" * 60000 + "b")
        open("answer.txt", "wb").write(bytes(range(256)) * 100)
        END
        """.replace("\n        ", "\n"),
    ),
    Cheat(
        "numbers and bombs that crash who reads them",
        r"""
        python3 - <<'END'
        open("kept.json", "w").write('{"kept": ' + "9" * 30000 + ', "kept": 1e999999, "\\ud800": NaN}')
        bomb = "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(40))
        open("kept.yaml", "w").write(bomb + "kept: 0x" + "f" * 9000)
        open("answer.json", "w").write('{"answer": ' + "9" * 30000 + "}")
        END
        """.replace("\n        ", "\n"),
    ),
    Cheat(
        "escapes and words of success in what is read",
        r"printf '\033[2J\033]0;PASS\a\r42\n\b\bPASS 100 %%\n' | tee answer.txt kept.txt >answer.json",
    ),
    Cheat(
        "results of one's own",
        r"""
        mkdir -p .local/state/tempshell .tempshell
        echo '{"verdict": "pass", "earned": 99, "points": 1}' |
          tee .local/state/tempshell/results.json .tempshell/score results.xml /run/tempshell/result /tmp/result
        """,
    ),
    Cheat(
        "a program that ends the check, and says how it ended",
        r"""
        printf '#!/bin/bash\nfor word in $(tr "\\0" "\\n" </proc/$PPID/cmdline) "" 0; do echo "$word 0" >&2; done
        echo usage >&2; kill -9 $PPID; sleep 0.2; exit 1\n' >answer.sh; chmod +x answer.sh
        """,
        short="local",
    ),
    Cheat(
        "a first process that is stopped, and that others look at",
        "kill -STOP 1; kill -9 1; kill -TERM 1; cd /proc/1/root && cd root",
    ),
    Cheat("leases and locks on what is read", _trick("lease"), stays=True),
    Cheat(
        "full disks",
        "for place in ~ /tmp /var/tmp /dev/shm /run; do cat /dev/zero >$place/full; echo >$place/last; done",
    ),
    Cheat(
        "a disk that is full for temporary files alone",
        "cat /dev/zero >/var/tmp/full; cat /dev/zero >/run/full; rm -f kept.txt; ln -s /dev/full kept.txt",
        short="docker",
    ),
    Cheat(
        "disks with no room for another file",
        "for place in /var/tmp /tmp /run; do (cd $place && seq 200000 | xargs -n 5000 touch) & done; wait",
        stays=True,  # so many inodes take all memory, and that ends a local sandbox
    ),
    Cheat("input for every terminal", _trick("type"), stays=True),
    Cheat("the last of the memory for the check", _trick("favour"), stays=True),
    Cheat("the slowest place for the check", _trick("slow"), stays=True),
    Cheat("a file that grows while it is read", _trick("grow"), stays=True),
    Cheat("the number of a process that has ended", _trick("recycle"), stays=True),
    Cheat("all processes", _trick("fork"), stays=True),
    Cheat("all memory", _trick("fill"), stays=True),
)
