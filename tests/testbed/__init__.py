"""Real engines for the tests on a bare Debian machine: `python -m tests.testbed docker`, or `… kind` for both.

Needs no container registry and nothing but Python's standard library. An engine that already
answers is used as it is: no package, file or process of that machine is touched for it.
One module a thing: `engine`, `images`, `apt`, `runtime_shim` (and `runc_shim`, the program it installs),
`oldest_engine` and `registry`, which tests start for themselves;
for kind, `kind`, `node_image` (and `node`, what goes into it), `kubernetes` and `suite`; and `helm` and `helm_image`.

What takes long is kept for the next run, in $TEMPSHELL_TESTBED_CACHE or else ~/.cache/tempshell-testbed.
"""
