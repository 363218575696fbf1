"""``tempshell kubeconfig``."""

from __future__ import annotations

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Session

app = new_app()


@app.command()
def kubeconfig(session: Session = "") -> None:
    """Print a kubeconfig for a session's cluster.

    Your ~/.kube/config is not touched.

    Examples:
      tempshell kubeconfig > lab.yaml
      kubectl --kubeconfig lab.yaml get nodes
    """
    from tempshell_cli.backends.base import HasKubeconfig
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import select_whole, user_sessions
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions.lookup import refuse_unusable

    with user_sessions() as sessions:
        chosen = select_whole(sessions, session)
        backend = sessions.engines.of(chosen)
        if not isinstance(backend, HasKubeconfig):
            raise UsageProblem(f"{chosen.name} is not a cluster", hint="`tempshell start --backend kind` makes one")
        refuse_unusable(chosen)
        access = backend.kubeconfig(chosen.sandbox)
    if access.tunnel:
        console.note(f"tempshell: the cluster is on another machine; first run: {' '.join(access.tunnel)}")
    console.say(access.content.rstrip("\n"))
