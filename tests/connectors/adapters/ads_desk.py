"""A stand-in for the Ads API and its upload place: remembers what was made, and loses answers."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from connectors.adapters import Envelope, Line
from connectors.adapters.spotify_ads import SpotifyAdsParty
from connectors.errors import DeliveryError
from connectors.http import Response

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "ce4ff15e-f04d-48b9-9ddf-fb3c85fbd57a"
BASE = "https://ads.example/ads/v3"
PLACE = "https://storage.example"
RANGE = re.compile(r"bytes (?:(\*)|(\d+)-(\d+))/(\d+)\Z")


class Desk:
    """One ad account. `lose` drops the answer of the next call that holds it, `fail` answers it."""

    def __init__(self):
        self.audiences, self.ad_sets, self.campaigns = {}, {}, {}
        self.campaign_drafts, self.ad_set_drafts = {}, {}
        self.files, self.sessions = {}, {}
        self.calls, self.lose, self.fail, self.problems = [], "", {}, []
        self.made = 0

    def key(self):
        self.made += 1
        return f"key-{self.made}"

    def request(self, method, address, *, headers=None, content=None, limits=None):
        headers = headers or {}
        path = urlsplit(address).path.replace(f"/ads/v3/ad_accounts/{ACCOUNT}", "")
        call = f"{method} {path}"
        self.calls.append(call)
        if address.startswith(PLACE):
            assert "Authorization" not in headers
        for part, (code, body) in list(self.fail.items()):
            if part in call:
                del self.fail[part]
                return Response(code, {}, body, False, 1)
        code, named, body = (
            self.store(method, path, headers, content or b"")
            if address.startswith(PLACE)
            else self.answer(method, path, parse_qs(urlsplit(address).query), content)
        )
        if self.lose and self.lose in call:
            self.lose = ""
            raise DeliveryError("It did not answer within 10 seconds.", permanent=False)
        return Response(code, named, json.dumps(body).encode(), False, 1)

    def store(self, method, path, headers, content):
        if method == "POST":
            session = f"/session/{self.key()}"
            self.sessions[session] = {"audience": path.split("/")[-1], "bytes": b""}
            return 201, {"location": PLACE + session}, None
        if path not in self.sessions:
            return 410, {}, None
        held = self.sessions[path]
        asked, start, _, size = RANGE.match(headers["Content-Range"]).groups()
        if not asked:
            held["bytes"] = held["bytes"][: int(start)] + content
        if len(held["bytes"]) == int(size):
            self.files[held["audience"]] = held["bytes"]
            return 200, {}, None
        reached = len(held["bytes"])
        return 308, {"range": f"bytes=0-{reached - 1}"} if reached else {}, None

    def answer(self, method, path, query, content):
        body = json.loads(content) if content else {}
        parts = path.strip("/").split("/")
        if parts[:2] == ["audiences", "upload_url"]:
            key = parts[2] if len(parts) > 2 else self.key()
            return 200, {}, {"id": key, "upload_url": f"{PLACE}/signed/{key}"}
        drafts = parts[0] == "drafts"
        name = parts[1] if drafts else parts[0]
        shelf = getattr(self, f"{name[:-1]}_drafts" if drafts else name)
        listed = f"{name[:-1]}_drafts" if drafts else name
        rest = parts[2:] if drafts else parts[1:]
        if not rest and method == "GET":
            rows = list(shelf.values())
            if "q" in query:
                rows = [row for row in rows if query["q"][0].lower() in row["name"].lower()]
            return 200, {}, {listed: rows}
        if not rest:
            key = body.pop("audience_id", None) or self.key()
            shelf[key] = {"id": key, "status": "PROCESSING", **body}
            return 201, {}, shelf[key]
        if rest[-1] == "drafts":
            made = {**self.campaigns[rest[0]], "id": rest[0]}
            self.campaign_drafts[rest[0]] = made
            return 200, {}, made
        if rest[0] not in shelf:
            return 404, {}, {"messages": ["not found"], "sp_trace_id": "t-404"}
        if method == "DELETE":
            if name == "audiences" and self.users(rest[0]):
                return 409, {}, {"messages": ["in use"], "sp_trace_id": "t-409"}
            del shelf[rest[0]]
            return 200, {}, None
        if drafts and method == "POST":
            assert body["action"] == "VALIDATE"
            return 200, {}, {"validation_errors": [{"message": one} for one in self.problems]}
        shelf[rest[0]].update(body)
        return 200, {}, shelf[rest[0]]

    def users(self, audience):
        return [one for one in self.ad_sets.values() if audience in str(one.get("targets"))]


def deliver(
    desk, topic, outputs, *, progress=None, members=(), now=NOW, most=40, settings=None, key="d-1"
):
    """Take steps as the sender does: after a lost answer the same step again, told so.

    Ends with the delivery, where it waits, or after `most` steps.
    """
    party, progress, repeated, steps = SpotifyAdsParty(), progress or {}, False, []
    content = json.dumps(
        {"type": topic, "data": {"outputs": outputs, "title": "Night bus", "reference": "R-1"}}
    ).encode()
    for _ in range(80):
        at = Line(base=BASE, token="t", client=desk, members=list(members))
        envelope = Envelope(
            id=key,
            at=now,
            content=content,
            settings={"ad_account_id": ACCOUNT, "list_header": "email", **(settings or {})},
            progress=json.loads(json.dumps(progress)),
            repeated=repeated,
        )
        try:
            answer = party.deliver(envelope, at)
        except DeliveryError as error:
            if error.permanent:
                raise
            repeated = True
            continue
        repeated, progress = False, dict(answer.progress)
        steps.append(answer.step)
        if not answer.more or answer.wait_until or len(steps) == most:
            return answer, steps
    raise AssertionError(f"it never ends: {steps}")
