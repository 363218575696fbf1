"""``tempshell status``."""

from __future__ import annotations

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, Session

app = new_app()


@app.command()
def status(
    session: Session = "",
    as_json: AsJson = False,
) -> None:
    """Show one session: its sandbox, its time left and its tasks."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.results import verdict_words
    from tempshell_cli.cli.output.sessions import (
        failed_setups,
        local_time,
        remaining,
        session_json,
        setup_json,
        state_words,
        trouble,
    )
    from tempshell_cli.cli.service import select, user_sessions
    from tempshell_cli.sessions.exam import exam_of
    from tempshell_cli.sessions.setups import setups_of

    with user_sessions() as sessions:
        sessions.sweep()
        chosen = select(sessions, session)
        now = sessions.clock.now()
        scores = sessions.store.latest_scores(chosen.id)
        exam = None if chosen.ended else exam_of(sessions.store, chosen.id)
        setups = setups_of(sessions.store.events(chosen.id))
    for what in (*filter(None, [trouble(chosen)]), *failed_setups(chosen, setups)):
        console.note(f"tempshell: {what}")
    if as_json:
        tasks = {
            name: {"verdict": one.verdict, "earned": one.earned, "points": one.points, "incomplete": one.incomplete}
            for name, one in scores.items()
        }
        console.say_json({**session_json(chosen, now, exam), "setup": setup_json(setups), "tasks": tasks})
        return
    times = {"created": chosen.created, "deadline": chosen.deadline, **({"exam_ends": exam.ends} if exam else {})}
    shown = {
        **session_json(chosen, now, exam),
        **{name: local_time(at) for name, at in times.items()},
        "state": state_words(chosen, setups),
        "remaining": remaining(chosen, now, exam),
    }
    for name, value in shown.items():
        if value not in ("", None):
            console.say(f"{name + ':':12} {value}")
    for name, one in scores.items():
        words = verdict_words(one.verdict, one.incomplete)
        console.say(f"{'task:':12} {name} {words} ({one.earned:g}/{one.points:g} points)")
