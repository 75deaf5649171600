"""An audience is replaced in steps: find it, upload its whole list in parts, make it, wait for it.

An upload replaces the whole list, so the list is made anew from the members of now each time and
is kept nowhere; its hash tells whether an upload that broke off may go on.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.adapters.base import UNDO
from connectors.adapters.spotify_ads import api, members, uploads
from connectors.adapters.spotify_ads.steps import Task, answer, code_of
from connectors.encryption import decrypt, encrypt
from connectors.errors import Answer, DeliveryError

LIST = "CUSTOMER_LIST"
READY = frozenset({"BOOKABLE", "LIVE"})
READY_WITHIN = timedelta(hours=72)  # Spotify says up to three days.
FIRST_LOOK = timedelta(minutes=10)
LAST_LOOK = timedelta(hours=6)
PARTS_A_STEP = 4
MOST_SESSIONS = 5


def replace(task: Task, done: dict[str, Any]) -> Answer:
    """Take the next step of putting a whole new list in place."""
    if done.get(UNDO):
        return _take_back(task, done)
    if "audience" not in done:
        return _find(task, done)
    if not done.get("uploaded"):
        return _upload(task, done)
    if not done.get("made"):
        return _make(task, done) if done["new"] else _describe(task, done)
    return _look(task, done)


def _find(task: Task, done: dict[str, Any]) -> Answer:
    wanted = members.wanted_of(task.outputs)
    found = find(task)
    if _subtype(wanted) != LIST:
        return _filled_by_spotify(task, done, found)
    if found:
        done |= {"audience": str(found["id"]), "new": False}
        return answer(done, f"Found the audience “{wanted['name']}”", more=True)
    # An upload that no audience is made of leaves nothing behind at Spotify.
    key, address = api.upload_place(task.line, task.account)
    done |= {"audience": key, "new": True, "address": encrypt([address])}
    return answer(done, "Asked Spotify for a place for the list", more=True)


def find(task: Task) -> dict[str, Any] | None:
    """The customer list that a decision means: by id, else the one with exactly its name."""
    wanted = members.wanted_of(task.outputs)
    if wanted.get("audience_id"):
        return api.audience(task.line, task.account, str(wanted["audience_id"]))
    name = str(wanted["name"]).strip()
    same = [
        one
        for one in api.audiences(task.line, task.account, named=name)
        if one.get("name") == name
        and (one.get("subtype") or one.get("type") or LIST) == _subtype(wanted)
        and one.get("status") != "ARCHIVED"
    ]
    if len(same) > 1:
        raise DeliveryError(
            f"{len(same)} audiences are called “{name}”. Let the model give the id of one.",
            permanent=True,
        )
    return same[0] if same else None


def _subtype(wanted: Mapping[str, Any]) -> str:
    return str(wanted.get("subtype") or LIST)


def _filled_by_spotify(task: Task, done: dict[str, Any], found: dict[str, Any] | None) -> Answer:
    """No list goes up; what is there already stays, since its sources cannot be changed."""
    done |= {"new": found is None, "uploaded": True, "made": True}
    if found is None:
        given = members.wanted_of(task.outputs).get("body")
        body = dict(given) if isinstance(given, Mapping) else {}
        if body.get("audience_type") == "LOOKALIKE":
            body.pop("subtype", None)
        body = {name: value for name, value in body.items() if value is not None}
        found = api.create_audience(task.line, task.account, body)
    done["audience"] = str(found["id"])
    return answer(done, "Made the audience" if done["new"] else "Found the audience", more=True)


def _upload(task: Task, done: dict[str, Any]) -> Answer:
    header = str(task.settings.get("list_header", "")).strip()
    content = members.as_csv(task.members(), header=header)
    if not content:
        raise DeliveryError(
            "Nobody belongs to this audience now, and Spotify takes no empty list. Nothing was "
            "changed there: send audience.withdraw to take the audience away.",
            permanent=True,
        )
    digest, size = hashlib.sha256(content).hexdigest(), len(content)
    if "session" not in done or done.get("hash") != digest:
        return _open(task, done, content=content, digest=digest)
    (place,) = decrypt(done["session"])
    try:
        sent = int(done["sent"])
        if task.repeated:
            sent = uploads.reached(task.line, place, size=size)
        for _ in range(PARTS_A_STEP):
            if sent < size:
                sent = uploads.put_part(task.line, place, content, start=sent)
    except uploads.SessionGone:
        return answer(_closed(done), "The upload has to start again", more=True)
    done["sent"] = sent
    if sent < size:
        return answer(done, f"Uploaded {100 * sent // size} % of the list", more=True)
    done = _closed(done) | {"uploaded": True, "hash": digest}
    return answer(done, f"Uploaded {done['members']} members", more=True)


def _open(task: Task, done: dict[str, Any], *, content: bytes, digest: str) -> Answer:
    opened = int(done.get("opened", 0)) + 1
    if opened > MOST_SESSIONS:
        raise DeliveryError(
            f"The upload broke off {MOST_SESSIONS} times. Roll it back, then send it again.",
            permanent=True,
        )
    if "address" in done:
        (address,) = decrypt(done["address"])
    elif done["new"]:
        done["audience"], address = api.upload_place(task.line, task.account)
    else:
        _, address = api.upload_place(task.line, task.account, done["audience"])
    place = uploads.begin(task.line, address)
    header = str(task.settings.get("list_header", "")).strip()
    kept = {name: value for name, value in done.items() if name != "address"}
    kept |= {"session": encrypt([place]), "hash": digest, "sent": 0, "opened": opened}
    kept["members"] = members.count_of(content, header=header)
    return answer(kept, f"Began to upload {kept['members']} members", more=True)


def _closed(done: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in done.items() if name not in {"session", "sent", "address"}
    }


def _make(task: Task, done: dict[str, Any]) -> Answer:
    wanted = members.wanted_of(task.outputs)
    there = task.repeated and _there(task, done)
    if not there:
        api.create_customer_list(
            task.line,
            task.account,
            audience_id=done["audience"],
            name=str(wanted["name"]).strip()[:80],
            description=str(wanted.get("description") or "")[:80],
        )
    done["made"] = True
    return answer(done, "Found the audience that was made" if there else "Made it", more=True)


def _describe(task: Task, done: dict[str, Any]) -> Answer:
    """An audience that stood there before is told what its new list is for."""
    wanted = members.wanted_of(task.outputs)
    about = str(wanted.get("description") or "")[:80]
    if about:
        api.change_audience(task.line, task.account, done["audience"], description=about)
    done["made"] = True
    return answer(done, "Described the new list" if about else "The list is in place", more=True)


def _there(task: Task, done: dict[str, Any]) -> bool:
    try:
        api.audience(task.line, task.account, done["audience"])
    except DeliveryError as error:
        if code_of(error) == 404:
            return False
        raise
    return True


def _look(task: Task, done: dict[str, Any]) -> Answer:
    found = api.audience(task.line, task.account, done["audience"])
    state = str(found.get("status") or "PROCESSING")
    if state in READY:
        size = found.get("size")
        done["ready"] = state
        done["size"] = dict(size) if isinstance(size, dict) else {}
        return answer(done, f"Spotify has it ready ({state.lower()})")
    if state in {"EMPTY", "ARCHIVED"}:
        why = "knows none of its members" if state == "EMPTY" else "has archived it"
        raise DeliveryError(
            f"Spotify {why}. Check how its members are written, then send it again.",
            permanent=True,
        )
    since = datetime.fromisoformat(done.setdefault("waits_since", task.now.isoformat()))
    waited = task.now - since
    if waited >= READY_WITHIN:
        raise DeliveryError(
            f"After 72 hours the audience is still {state.lower()}. Ad operations should ask "
            f"Spotify’s support about audience {done['audience']}.",
            permanent=True,
        )
    # Seldom as it gets old: some fifteen looks in three days.
    wait = min(max(FIRST_LOOK, waited / 3), LAST_LOOK, since + READY_WITHIN - task.now)
    return answer(
        done, f"Spotify prepares it ({state.lower()})", more=True, wait_until=task.now + wait
    )


def _take_back(task: Task, done: dict[str, Any]) -> Answer:
    if not done.get("new", True):
        raise DeliveryError(
            "The list that was there before is kept nowhere, so it cannot be put back. Send the "
            "earlier decision again, or withdraw the audience.",
            permanent=True,
        )
    if done.get("made") or done.get("uploaded"):
        delete(task, done["audience"])
    return answer(_closed(done), "Rolled back: the audience is deleted")


def delete(task: Task, audience_id: str) -> None:
    """Delete an audience; one that is gone already is as good."""
    try:
        api.delete_audience(task.line, task.account, audience_id)
    except DeliveryError as error:
        if code_of(error) != 404:
            raise


def withdraw(task: Task, done: dict[str, Any]) -> Answer:
    """Take an audience away. Ad sets that use it are paused first: without it they would widen."""
    if done.get(UNDO):
        raise DeliveryError(
            "A list that was withdrawn is kept nowhere, so it cannot be put back. Approve a new "
            "audience instead; the ad sets that were paused stay paused.",
            permanent=True,
        )
    if "audience" not in done:
        found = find(task)
        if found is None:
            return answer({"audience": ""}, "There is no such audience (any more)")
        return answer({"audience": str(found["id"])}, "Found the audience", more=True)
    if "users" not in done:
        try:
            delete(task, done["audience"])
        except DeliveryError as error:
            if code_of(error) != 409:
                raise
            done["users"] = [str(one["id"]) for one in _users(task, done["audience"])]
            if not done["users"]:
                raise
            words = f"Spotify keeps it while {len(done['users'])} ad sets use it"
            return answer(done, words, more=True)
        return answer(done, "Deleted the audience")
    return _free(task, done)


def _users(task: Task, audience_id: str) -> list[dict[str, Any]]:
    return [
        one
        for one in api.ad_sets(task.line, task.account)
        if audience_id in str(one.get("targets"))
    ]


def _free(task: Task, done: dict[str, Any]) -> Answer:
    """Pause every ad set that uses it, take the audience out of each, then delete it."""
    users, paused, freed = (
        done["users"],
        done.setdefault("paused", []),
        done.setdefault("freed", []),
    )
    for one in users:
        if one not in paused:
            api.change_ad_set(task.line, task.account, one, {"delivery": "OFF"})
            paused.append(one)
            return answer(done, f"Paused ad set {len(paused)} of {len(users)}", more=True)
    for one in users:
        if one not in freed:
            targets = _without(api.ad_set(task.line, task.account, one), done["audience"])
            api.change_ad_set(task.line, task.account, one, {"targets": targets})
            freed.append(one)
            return answer(done, f"Took it out of ad set {len(freed)} of {len(users)}", more=True)
    delete(task, done["audience"])
    return answer(done, f"Deleted the audience; {len(users)} ad sets stay paused")


def _without(ad_set: dict[str, Any], audience_id: str) -> dict[str, Any]:
    targets = dict(ad_set.get("targets") or {})
    for name in ("audience_ids", "audience_ids_exclusions"):
        if isinstance(targets.get(name), list):
            targets[name] = [one for one in targets[name] if one != audience_id]
    return targets
