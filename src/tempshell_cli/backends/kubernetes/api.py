"""Talking to a cluster's API: objects are plain JSON, as the Kubernetes documentation shows them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tempshell_cli.backends.kubernetes.connection import Answer, Connection
from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.core.attempts import attempts
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.interrupts import held_back
from tempshell_cli.core.text import one_line

Object = dict[str, Any]
NOT_FOUND, CONFLICT, UNAUTHORIZED, FORBIDDEN = 404, 409, 401, 403
_GONE, _TOO_MANY = 410, 429
_REFUSED, _BROKEN = 400, 500  # and above
_MOST_RETRIES, _LONGEST_PAUSE = 5, 10.0  # seconds
_WATCH = 1  # seconds; a watch that ends by itself leaves room to look at other things
_SLOWEST_LOOK = 1.0  # seconds between two lists where nobody may watch
_DELETED, _ERROR = "DELETED", "ERROR"  # kinds of events of a watch
_MERGE = "application/merge-patch+json"
_CLOCKS_AGREE = timedelta(seconds=2)  # the API has its time in whole seconds
_HINTS = {
    UNAUTHORIZED: "log in to the cluster again; `kubectl auth whoami` shows who you are",
    FORBIDDEN: "`tempshell rbac` prints what an administrator has to grant",
}


class Refused(EngineUnavailable):
    """The API has answered, and said no. Carries its own words."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"the cluster refused: {said}", hint=_HINTS.get(status, "`tempshell doctor` looks closely"))
        self.status = status


class Api:
    """One cluster. Every method raises Refused, or EngineUnavailable where nothing answers."""

    def __init__(self, credentials: Credentials, scratch: Path) -> None:
        self.credentials = credentials
        self._connection = Connection(credentials, scratch)
        self._ahead: timedelta | None = None

    def get(self, path: str, **query: str) -> Object | None:
        """Return an object, None where there is none."""
        try:
            return self._call("GET", path, query)
        except Refused as cause:
            if cause.status == NOT_FOUND:
                return None
            raise

    def items(self, path: str, **query: str) -> list[Object]:
        """Return the objects of a list, in all of its pieces; from the start where a piece has come too late."""
        return self._items(path, query)[0]

    def follow(self, path: str, timeout: float, **query: str) -> Iterator[list[Object]]:
        """Yield the objects of a list as they are, then whenever one changes, at least each second, for ``timeout``.

        By a watch, which costs next to nothing while nothing happens; by lists at growing intervals where nobody may
        watch. https://kubernetes.io/docs/reference/using-api/api-concepts/ (efficient detection of changes)
        """
        late = time.monotonic() + timeout
        for _ in attempts(timeout, longest=_SLOWEST_LOOK):
            listed, version = self._items(path, query)
            found = {one["metadata"]["name"]: one for one in listed}
            yield listed
            with suppress(EngineUnavailable, KeyError), self._connection.second() as second:
                while version and time.monotonic() < late:
                    for kind, one in self._changes(second, path, {**query, "resourceVersion": version}):
                        version = one["metadata"]["resourceVersion"]
                        if kind == _DELETED:
                            found.pop(one["metadata"]["name"], None)
                        else:
                            found[one["metadata"]["name"]] = one
                        yield list(found.values())
                    yield list(found.values())

    def _changes(self, connection: Connection, path: str, query: Mapping[str, str]) -> Iterator[tuple[str, Object]]:
        """Yield what changes within a second; raises Refused where the version is too old to go on from."""
        asked = {**query, "watch": "1", "timeoutSeconds": str(_WATCH)}
        with self._spoken():
            answer, lines = connection.lines(f"{self._prefix}{path}?{urlencode(asked)}", self._headers())
            if answer.status >= _REFUSED:
                raise Refused(answer.status, _message(answer.content, answer.reason))
            for line in lines:
                event = json.loads(line)
                if event["type"] == _ERROR:
                    raise Refused(int(event["object"].get("code", _GONE)), str(event["object"].get("message")))
                yield event["type"], event["object"]

    def first_line(self, path: str, **query: str) -> bytes:
        """Return the first line of a log, and wait for it; nothing where the log ends before."""
        with self._connection.second() as second, self._spoken():
            answer, lines = second.lines(f"{self._prefix}{path}?{urlencode({**query, 'follow': '1'})}", self._headers())
            if answer.status >= _REFUSED:
                raise Refused(answer.status, _message(answer.content, answer.reason))
            return next(iter(lines), b"")

    def _items(self, path: str, query: Mapping[str, str]) -> tuple[list[Object], str]:
        """Return the objects of a list, and the version that it is of."""
        try:
            return self._pieces(path, dict(query))
        except Refused as cause:
            if cause.status != _GONE:
                raise
            return self._pieces(path, dict(query))

    def _pieces(self, path: str, query: dict[str, str]) -> tuple[list[Object], str]:
        found: list[Object] = []
        while True:
            answer = self._call("GET", path, {"limit": "500", **query})
            found += answer.get("items") or ()
            metadata = answer.get("metadata") or {}
            if not metadata.get("continue"):
                return found, str(metadata.get("resourceVersion") or "")
            query["continue"] = metadata["continue"]

    def create(self, path: str, body: Object) -> Object:
        """Make an object."""
        with held_back():
            return self._call("POST", path, {}, body)

    def patch(self, path: str, body: Object) -> Object:
        """Change an object by a merge patch (RFC 7386)."""
        return self._call("PATCH", path, {}, body, _MERGE)

    def delete(self, path: str, **options: Any) -> bool:  # noqa: ANN401 - fields of DeleteOptions
        """Delete an object; return whether there was one."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", **options}
        try:
            self._call("DELETE", path, {}, body)
        except Refused as cause:
            if cause.status == NOT_FOUND:
                return False
            if cause.status != CONFLICT:  # it is on its way out
                raise
        return True

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Object | None = None, kind: str = ""
    ) -> Object:
        headers = [*self._headers(), ("Content-Type", kind or "application/json")]
        sent = None if body is None else json.dumps(body).encode()
        with self._spoken():
            target = self._prefix + path + (f"?{urlencode(query)}" if query else "")
            answer = self._connection.ask(method, target, headers, sent)
            for _ in range(_MOST_RETRIES):
                if not _comes_too_early(answer):
                    break
                time.sleep(min(float(answer.retry_after), _LONGEST_PAUSE))
                answer = self._connection.ask(method, target, headers, sent)
        self._compare_clocks(answer.date)
        if answer.status >= _REFUSED:
            raise Refused(answer.status, _message(answer.content, answer.reason))
        return dict(json.loads(answer.content))

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Turn what a connection raises into EngineUnavailable, ValueError among it: of an address, or of JSON."""
        from http.client import HTTPException  # noqa: PLC0415 - loaded with the connection

        try:
            yield
        except (HTTPException, OSError, ValueError) as cause:
            raise self._silent(cause) from cause

    def _headers(self) -> Sequence[tuple[str, str]]:
        return [("Accept", "application/json"), *self._as_whom()]

    @property
    def _prefix(self) -> str:
        """The path below which the API lies: behind a gateway it is not the root."""
        return urlsplit(str(self.credentials.cluster["server"])).path.rstrip("/")

    def _as_whom(self) -> Iterator[tuple[str, str]]:
        """Yield the headers of somebody who acts as another, as client-go sends them.

        https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
        """
        user = self.credentials.user
        for key, name in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
            if user.get(key):
                yield name, str(user[key])
        for group in user.get("as-groups") or ():
            yield "Impersonate-Group", str(group)
        for key, values in (user.get("as-user-extra") or {}).items():
            for value in values:
                yield f"Impersonate-Extra-{quote(str(key).lower(), safe='')}", str(value)

    @property
    def ahead(self) -> timedelta:
        """How far the cluster's clock is before ours, as far as they differ at all; every answer has it."""
        if self._ahead is None:
            self.get("/version")
        return self._ahead or timedelta()

    def _compare_clocks(self, date: str | None) -> None:
        with suppress(TypeError, ValueError):  # no date, or none that can be read
            ahead = parsedate_to_datetime(date or "") - datetime.now(UTC)
            self._ahead = ahead if abs(ahead) > _CLOCKS_AGREE else timedelta()

    def _silent(self, cause: Exception) -> EngineUnavailable:
        server = self.credentials.cluster.get("server", "")
        return EngineUnavailable(
            f"the cluster of context {self.credentials.context} ({server}) does not answer: {_reason(cause)}",
            hint="see that it runs and can be reached from here, or choose another with --context",
        )


def _comes_too_early(answer: Answer) -> bool:
    """Return whether a busy server asks to come again: it has done nothing of what was asked; as client-go has it."""
    busy = answer.status == _TOO_MANY or answer.status >= _BROKEN
    return busy and answer.retry_after.isdigit()


def _message(said: bytes, reason: str | None) -> str:
    try:
        message = json.loads(said)["message"]
    except (ValueError, KeyError, TypeError):
        message = said.decode(errors="replace")[:500] or reason or "no reason given"
    return one_line(str(message))


def _reason(cause: BaseException) -> str:
    """Return the innermost reason, which the layers above have wrapped in their own names."""
    wrapped = None if cause.__suppress_context__ else cause.__context__
    inner = getattr(cause, "reason", None) or cause.__cause__ or wrapped
    if isinstance(inner, BaseException):
        return _reason(inner)
    return one_line(str(cause)) or type(cause).__name__
