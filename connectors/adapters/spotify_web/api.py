"""The calls of the Web API that Clearance makes, with the paths after February 2026.

Every function takes a line whose base is the API's, and raises DeliveryError. Source of paths,
limits and bodies: Web API reference 2026.5 (`GET /shows/{id}` … `PUT /playlists/{id}/images`).
"""

import base64
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from connectors.adapters.line import Line, read_json
from connectors.errors import DeliveryError

PAGE = 50
SEARCH_PAGE = 10
ITEMS_AT_ONCE = 100
MOST_PAGES = 240  # An account holds at most about 11,000 playlists.
COVER_BYTES = 256_000


def me(line: Line) -> dict[str, Any]:
    """The account that consented; `account_id` is its stable key, `id` may change."""
    return _object(line.get("/me"))


def show(line: Line, show_id: str, *, market: str) -> dict[str, Any]:
    """One show as it is in `market` (ISO 3166-1 alpha-2)."""
    return _object(line.get(f"/shows/{_part(show_id)}", {"market": market}))


def show_episodes(
    line: Line, show_id: str, *, market: str, limit: int = PAGE, offset: int = 0
) -> dict[str, Any]:
    """A page of a show's episodes, newest first."""
    query = {"market": market, "limit": min(limit, PAGE), "offset": offset}
    return _object(line.get(f"/shows/{_part(show_id)}/episodes", query))


def episode(line: Line, episode_id: str, *, market: str) -> dict[str, Any]:
    """One episode as it is in `market`."""
    return _object(line.get(f"/episodes/{_part(episode_id)}", {"market": market}))


def search(
    line: Line, words: str, *, kind: str, market: str, limit: int = SEARCH_PAGE
) -> dict[str, Any]:
    """Search for things of one kind (`show`, `episode`, `track`); ten at most."""
    query = {"q": words, "type": kind, "market": market, "limit": min(limit, SEARCH_PAGE)}
    return _object(line.get("/search", query))


def track(line: Line, track_id: str, *, market: str) -> dict[str, Any]:
    """One track as it is in `market`."""
    return _object(line.get(f"/tracks/{_part(track_id)}", {"market": market}))


def my_playlists(line: Line) -> Iterator[dict[str, Any]]:
    """The account's playlists, page after page. Spotify's own `next` is not followed."""
    for page in range(MOST_PAGES):
        found = _object(line.get("/me/playlists", {"limit": PAGE, "offset": page * PAGE}))
        items = found.get("items") or []
        yield from (item for item in items if isinstance(item, dict))
        if len(items) < PAGE:
            return


def create_playlist(
    line: Line, *, name: str, description: str, public: bool, collaborative: bool
) -> dict[str, Any]:
    """Make a playlist. Never repeat it blindly: Spotify would make a second one."""
    body = {
        "name": name,
        "description": description,
        "public": public,
        "collaborative": collaborative,
    }
    return _object(read_json(line.send("POST", "/me/playlists", body)))


def playlist(line: Line, playlist_id: str, *, fields: str = "") -> dict[str, Any]:
    """One playlist, or only some `fields` of it."""
    query = {"fields": fields} if fields else None
    return _object(line.get(f"/playlists/{_part(playlist_id)}", query))


def change_playlist(line: Line, playlist_id: str, **details: Any) -> None:
    """Change name, description, public or collaborative."""
    line.send("PUT", f"/playlists/{_part(playlist_id)}", details)


def playlist_items(
    line: Line, playlist_id: str, *, limit: int = PAGE, offset: int = 0
) -> dict[str, Any]:
    """A page of a playlist's items, with `total`; only for its owner and collaborators."""
    query = {"limit": min(limit, PAGE), "offset": offset}
    return _object(line.get(f"/playlists/{_part(playlist_id)}/items", query))


def add_items(line: Line, playlist_id: str, uris: Sequence[str], *, position: int) -> str:
    """Put at most 100 items at `position`; return the snapshot."""
    body = {"uris": list(uris), "position": position}
    answer = line.send("POST", f"/playlists/{_part(playlist_id)}/items", body)
    return str(_object(read_json(answer)).get("snapshot_id", ""))


def replace_items(line: Line, playlist_id: str, uris: Sequence[str]) -> str:
    """Put at most 100 items in place of all there are; none empties the playlist."""
    body = {"uris": list(uris)}
    answer = line.send("PUT", f"/playlists/{_part(playlist_id)}/items", body)
    return str(_object(read_json(answer)).get("snapshot_id", ""))


def reorder_items(
    line: Line, playlist_id: str, *, start: int, before: int, count: int, snapshot: str
) -> str:
    """Move `count` items from `start` to just before `before`."""
    body = {
        "range_start": start,
        "insert_before": before,
        "range_length": count,
        "snapshot_id": snapshot,
    }
    answer = line.send("PUT", f"/playlists/{_part(playlist_id)}/items", body)
    return str(_object(read_json(answer)).get("snapshot_id", ""))


def remove_items(line: Line, playlist_id: str, uris: Sequence[str], *, snapshot: str) -> str:
    """Take at most 100 items out, wherever they stand."""
    body = {"items": [{"uri": uri} for uri in uris], "snapshot_id": snapshot}
    answer = line.send("DELETE", f"/playlists/{_part(playlist_id)}/items", body)
    return str(_object(read_json(answer)).get("snapshot_id", ""))


def put_cover(line: Line, playlist_id: str, jpeg: bytes) -> None:
    """Give a playlist its cover: a JPEG, at most 256 KB once it is base64."""
    content = base64.b64encode(jpeg)
    if len(content) > COVER_BYTES or not jpeg.startswith(b"\xff\xd8\xff"):
        raise DeliveryError(
            "The cover is no JPEG of at most 256 KB once it is encoded. Send a smaller one.",
            permanent=True,
        )
    headers = {"Content-Type": "image/jpeg"}
    line.call("PUT", f"/playlists/{_part(playlist_id)}/images", content=content, headers=headers)


def _part(text: str) -> str:
    """A piece of a path; ids are letters and digits, so nothing else may slip through."""
    return quote(text, safe="")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeliveryError("Spotify answered with something else than an object.", permanent=False)
    return value
