"""The line to one party: adds base address and token, words failures, and notes each call."""

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from connectors import http
from connectors.errors import Answer, DeliveryError, TokenRefused

# Safe to send twice (RFC 9110, 9.2.2); a POST is never repeated blindly.
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
PASSING = frozenset({500, 502, 503, 504})
TRIES = 2
KEPT = 4000
Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallNote:
    """One call as the page of a connector shows it: no query, no body, no token."""

    method: str
    path: str
    code: int | None
    elapsed_ms: int
    problem: str = ""


@dataclass
class Line:
    """Calls one party for one connector. Not for threads: each delivery gets a line of its own.

    `problem_of` turns an answer that is not a success into a DeliveryError in the party's words.
    `credentials` are the secrets an admin typed, by name, `signing` those that sign what we send,
    `members` whom a delivery is about, read beforehand because deliveries touch no database.
    """

    base: str = ""
    token: str = ""
    limits: http.Limits = field(default_factory=lambda: http.Limits(seconds=10.0, size=2 << 20))
    problem_of: Callable[[http.Response], DeliveryError] | None = None
    credentials: Mapping[str, str] = field(default_factory=dict)
    signing: Sequence[str] = ()
    members: Sequence[str] = ()
    client: http.OutboundClient | None = None
    notes: list[CallNote] = field(default_factory=list)

    def get(self, path: str, query: Query | None = None, **headers: str) -> Any:
        """The JSON of a GET."""
        return read_json(self.call("GET", path, query=query, headers=headers))

    def send(
        self, method: str, path: str, body: Any = None, *, query: Query | None = None
    ) -> http.Response:
        """A call with a JSON body."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        return self.call(method, path, content=content, query=query, headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        limits: http.Limits | None = None,
        also: Set[int] = frozenset(),
    ) -> http.Response:
        """One call; `path` is joined to the base address unless it is a whole address.

        Raises DeliveryError for anything but 2xx, 304 and the codes in `also`. What is safe to
        repeat is tried once more after a passing failure; the rest waits for the next attempt of
        the delivery.
        """
        address = path if path.startswith(("http://", "https://")) else self.base + path
        if query:
            address += f"?{urlencode(query, doseq=True)}"
        sent = {"Accept": "application/json", **(headers or {})}
        # The slash keeps the token from a host that only begins like the base.
        if self.token and address.startswith(f"{self.base.rstrip('/')}/"):
            sent["Authorization"] = f"Bearer {self.token}"
        for left in reversed(range(TRIES if method in IDEMPOTENT else 1)):
            try:
                response = self._once(method, address, sent, content, limits or self.limits)
            except DeliveryError as error:
                if error.permanent or not left:
                    raise
                continue
            if response.code in PASSING and left:
                continue
            if 200 <= response.code < 300 or response.code in {304, *also}:
                return response
            raise (self.problem_of or plain_problem)(response)
        raise AssertionError("the last try either returns or raises")

    def _once(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        content: bytes | None,
        limits: http.Limits,
    ) -> http.Response:
        path = urlsplit(address).path[:200]
        client = self.client or http.client()
        try:
            response = client.request(
                method, address, headers=headers, content=content, limits=limits
            )
        except DeliveryError as error:
            self.notes.append(CallNote(method, path, None, 0, error.message))
            raise
        problem = "" if response.code < 400 else f"Answer {response.code}"
        self.notes.append(CallNote(method, path, response.code, response.elapsed_ms, problem))
        return response


def read_json(response: http.Response) -> Any:
    """The JSON of an answer; raises DeliveryError when it is none (a page, a cut body)."""
    if not response.body.strip():
        return None
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        kind = response.headers.get("content-type", "no type")[:60]
        raise DeliveryError(
            f"The answer is not JSON but {kind}, or it broke off. Check the address; "
            "if it is right, the next attempt will try again.",
            permanent=False,
            answer=answer_of(response),
        ) from None


def answer_of(response: http.Response) -> Answer:
    """An answer as deliveries keep it."""
    text = response.body[:KEPT].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Answer(code=response.code, text=text, elapsed_ms=response.elapsed_ms)


def retry_after(response: http.Response) -> int | None:
    """Seconds of `Retry-After`; for a date, which HTTP allows too, the usual back-off serves."""
    value = response.headers.get("retry-after", "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else None


def plain_problem(response: http.Response) -> DeliveryError:
    """The failure behind an answer, where the party has no words of its own."""
    answer = answer_of(response)
    if 300 <= response.code < 400:
        return DeliveryError(
            f"The receiver answered {response.code} and points to another address. Redirects are "
            "not followed: put the final address into the settings of the connector.",
            permanent=True,
            answer=answer,
        )
    if response.code == 401:
        return TokenRefused("The other side does not accept our sign-in (401).", answer=answer)
    later = response.code >= 500 or response.code in {408, 409, 421, 423, 425, 429}
    words = "may take it later" if later else "will not until something is changed"
    return DeliveryError(
        f"The other side answered {response.code} and {words}.",
        permanent=not later,
        answer=answer,
        retry_after=retry_after(response),
    )
