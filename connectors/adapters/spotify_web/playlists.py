"""A playlist is made in steps that can be taken again: create, cover, items, details.

While it grows it is private and its description holds a mark with the id of the delivery. So a call
whose answer was lost is found again before it would be repeated, and nobody sees half a playlist.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors import http
from connectors.adapters.base import UNDO
from connectors.adapters.line import Line
from connectors.adapters.spotify_web import api
from connectors.errors import Answer, DeliveryError

COVER_LIMITS = http.Limits(seconds=10.0, size=api.COVER_BYTES, cut=False)


@dataclass(frozen=True)
class Wanted:
    """The playlist a decision approved."""

    name: str
    description: str
    public: bool
    collaborative: bool
    uris: tuple[str, ...]
    cover: str  # An address, or base64; empty where there is none.
    go_live: datetime | None


def wanted_of(outputs: Mapping[str, Any]) -> Wanted:
    """Read what the rules approved; raises DeliveryError that names what is missing."""
    plan = outputs.get("playlist")
    if not isinstance(plan, Mapping) or not plan.get("name"):
        raise DeliveryError(
            "The decision gives no playlist with a name. The model must have an output “playlist”.",
            permanent=True,
        )
    parts = plan.get("parts")
    uris = [uri for part in parts for uri in part] if parts else list(plan.get("uris") or [])
    go_live = plan.get("go_live")
    return Wanted(
        name=str(plan["name"])[:100],
        description=str(plan.get("description") or "")[:300],
        public=bool(plan.get("public")),
        collaborative=bool(plan.get("collaborative")),
        uris=tuple(str(uri) for uri in uris),
        cover=str(plan.get("cover") or ""),
        go_live=datetime.fromisoformat(go_live) if isinstance(go_live, str) else None,
    )


def take_step(
    line: Line,
    wanted: Wanted,
    progress: Mapping[str, Any],
    *,
    mark: str,
    repeated: bool,
    now: datetime,
) -> Answer:
    """Take the next step and say how the playlist stands after it."""
    done = dict(progress)
    if done.get(UNDO):
        return _undo(line, done)
    if "playlist" not in done:
        return _create(line, wanted, done, mark=mark, repeated=repeated)
    if "cover" not in done:
        return _cover(line, wanted, done)
    if done.get("items", 0) < len(wanted.uris):
        return _items(line, wanted, done, repeated=repeated)
    if wanted.go_live and now < wanted.go_live and wanted.public and not done.get("waits"):
        done["waits"] = True
        return _answer(done, "Ready, waits to go live", more=True, wait_until=wanted.go_live)
    return _details(line, wanted, done)


def _create(
    line: Line, wanted: Wanted, done: dict[str, Any], *, mark: str, repeated: bool
) -> Answer:
    found = _marked(line, mark) if repeated else None
    step = "Found the playlist that was made" if found else "Made the playlist, still private"
    made = found or api.create_playlist(
        line, name=wanted.name, description=mark, public=False, collaborative=False
    )
    done["playlist"] = str(made.get("id", ""))
    if not done["playlist"]:
        raise DeliveryError("Spotify made a playlist but gave no id.", permanent=False)
    urls = made.get("external_urls")
    done["link"] = str(urls.get("spotify", "")) if isinstance(urls, Mapping) else ""
    return _answer(done, step, more=True)


def _marked(line: Line, mark: str) -> dict[str, Any] | None:
    return next((one for one in api.my_playlists(line) if one.get("description") == mark), None)


def _cover(line: Line, wanted: Wanted, done: dict[str, Any]) -> Answer:
    if wanted.cover:
        api.put_cover(line, done["playlist"], _jpeg(line, wanted.cover))
    done["cover"] = bool(wanted.cover)
    return _answer(done, "Gave it its cover" if wanted.cover else "No cover was given", more=True)


def _jpeg(line: Line, cover: str) -> bytes:
    if cover.startswith(("http://", "https://")):
        # Another server: it gets neither our token nor a word about Spotify.
        return line.call("GET", cover, limits=COVER_LIMITS, headers={"Accept": "image/jpeg"}).body
    try:
        return base64.b64decode(cover, validate=True)
    except (binascii.Error, ValueError):
        raise DeliveryError("The cover is neither an address nor base64.", permanent=True) from None


def _items(line: Line, wanted: Wanted, done: dict[str, Any], *, repeated: bool) -> Answer:
    there = int(done.get("items", 0))
    part: Sequence[str] = wanted.uris[there : there + api.ITEMS_AT_ONCE]
    after = there + len(part)
    if repeated:
        total = int(api.playlist_items(line, done["playlist"], limit=1).get("total") or 0)
        if total not in {there, after}:
            raise DeliveryError(
                f"The playlist holds {total} items instead of {there}: somebody changed it. "
                "Roll it back, then send it again.",
                permanent=True,
            )
        if total == after:
            done["items"] = after
            return _answer(done, f"Found items {there + 1} to {after}", more=True)
    done["snapshot"] = api.add_items(line, done["playlist"], part, position=there)
    done["items"] = after
    return _answer(done, f"Added items {there + 1} to {after}", more=True)


def _details(line: Line, wanted: Wanted, done: dict[str, Any]) -> Answer:
    api.change_playlist(
        line,
        done["playlist"],
        name=wanted.name,
        description=wanted.description,
        public=wanted.public,
        collaborative=wanted.collaborative and not wanted.public,
    )
    return _answer(done, "Public now" if wanted.public else "Ready, private as asked")


def _undo(line: Line, done: dict[str, Any]) -> Answer:
    if "playlist" in done:
        api.change_playlist(line, done["playlist"], public=False)
        api.replace_items(line, done["playlist"], [])
    return _answer(done, "Rolled back: private and empty")


def _answer(
    done: dict[str, Any], step: str, *, more: bool = False, wait_until: datetime | None = None
) -> Answer:
    return Answer(
        code=200,
        text=done.get("link", ""),
        more=more,
        progress=done,
        step=step,
        wait_until=wait_until,
    )
