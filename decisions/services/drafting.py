"""Authors change a draft: in rows and cells, together, with every change kept and undoable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import RLock
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from decisions import engine, events, history
from decisions.canonical import canonical
from decisions.enums import EventKind, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import DecisionModel, DraftChange, ModelVersion, User
from decisions.services.authoring import MOST_DMN

Operations = list[dict[str, Any]]
UNDONE, REDONE = "Took back: ", "Did again: "


class Conflict(Refused):
    """Somebody else changed the same rows; `rows` are their ids, `revision` what is there now."""

    def __init__(self, message: str, *, rows: Sequence[str], revision: int) -> None:
        super().__init__(message)
        self.rows = list(rows)
        self.revision = revision


@dataclass(frozen=True)
class Saved:
    """A draft after a change: its content, and the ids that changed since the editor's revision.

    `moved` tells whether rows came, went or moved since.
    """

    version: ModelVersion
    model: engine.Model
    touched: list[str]
    change: DraftChange
    moved: bool


def start_draft(
    model: DecisionModel, *, based_on: ModelVersion, author: User, note: str, now: datetime
) -> ModelVersion:
    """Open a draft with the content and the tests of `based_on`, every row with an id."""
    source = engine.load_model(based_on.dmn)
    dmn = engine.write_definitions(engine.with_ids(source.definitions)).decode()
    with transaction.atomic():
        DecisionModel.objects.select_for_update().get(pk=model.pk)
        latest = model.versions.aggregate(latest=Max("number"))["latest"] or 0
        version = ModelVersion(
            id=new_id(now),
            model=model,
            number=latest + 1,
            state=VersionState.DRAFT,
            dmn=dmn,
            content_hash=engine.load_model(dmn).hash,
            note=note[:500],
            created_at=now,
            created_by=author,
            based_on=based_on,
        )
        history.save(version, by=author, reason=f"Draft from v{based_on.number}", now=now)
        for test in based_on.tests.all():
            test.pk, test.version = new_id(now), version
            test._state.adding = True
            history.save(test, by=author, reason=f"Taken over from v{based_on.number}", now=now)
        detail = {"number": version.number, "content": version.content_hash}
        events.record(
            EventKind.MODEL_DRAFTED, version, actor=Actor.person(author), now=now, detail=detail
        )
    return version


def edit(
    version: ModelVersion,
    operations: Any,
    *,
    based_on: int,
    author: User,
    now: datetime,
    summary: str = "",
) -> Saved:
    """Carry out operations on a draft as it is now, if nobody touched the same rows meanwhile.

    `based_on` is the revision the author saw. Raises Conflict when others changed the same rows
    since, Invalid when an operation makes no sense; then nothing was changed.
    """
    with transaction.atomic():
        draft = _locked(version)
        since = _changes_since(draft, based_on)
        loaded = loaded_draft(draft)
        edited = _carried_out(loaded, operations)
        others = [change for change in since if change.changed_by_id != author.pk]
        _refuse_clash(draft, others, edited.touched, loaded)
        return _write(
            draft, edited, operations, summary or _summary(operations, loaded), author, now, since
        )


def undo(version: ModelVersion, *, based_on: int, author: User, now: datetime) -> Saved:
    """Take back the author's newest change that stands."""
    with transaction.atomic():
        draft = _locked(version)
        standing, _ = _own_changes(draft, author)
        nothing = "Nothing of yours is left to undo."
        return _reverse(draft, standing, nothing, UNDONE, based_on, author, now)


def redo(version: ModelVersion, *, based_on: int, author: User, now: datetime) -> Saved:
    """Do again what the author took back last, unless they changed something since."""
    with transaction.atomic():
        draft = _locked(version)
        _, taken_back = _own_changes(draft, author)
        nothing = "There is nothing to do again."
        return _reverse(draft, taken_back, nothing, REDONE, based_on, author, now)


def _own_changes(
    draft: ModelVersion, author: User
) -> tuple[DraftChange | None, DraftChange | None]:
    """Return the author's newest change to undo, and the newest undo to take back, if any."""
    own = list(draft.changes.filter(changed_by=author).defer("operations", "inverse"))
    backwards: dict[UUID, bool] = {}
    for change in own:
        backwards[change.pk] = change.undoes_id in backwards and not backwards[change.undoes_id]
    reversed_ids = {change.undoes_id for change in own}
    open_changes = [change for change in own if change.pk not in reversed_ids]
    standing = [change for change in open_changes if not backwards[change.pk]]
    last_new = max((c.revision for c in own if c.undoes_id is None), default=0)
    undone = [c for c in open_changes if backwards[c.pk] and c.revision > last_new]
    return (standing[-1] if standing else None), (undone[-1] if undone else None)


def _reverse(
    draft: ModelVersion,
    change: DraftChange | None,
    nothing: str,
    words: str,
    based_on: int,
    author: User,
    now: datetime,
) -> Saved:
    if change is None:
        raise Refused(nothing)
    since = _changes_since(draft, based_on)
    loaded = loaded_draft(draft)
    later = draft.changes.filter(revision__gt=change.revision).exclude(changed_by=author)
    _refuse_clash(draft, list(later), change.touched, loaded)
    try:
        edited = engine.edit_model(loaded, change.inverse)
    except engine.Invalid as error:
        raise Refused(f"This can no longer be taken back: {error}") from error
    summary = words + change.summary.removeprefix(UNDONE).removeprefix(REDONE)
    return _write(draft, edited, change.inverse, summary, author, now, since, undoes=change)


def _write(
    draft: ModelVersion,
    edited: engine.Edited,
    operations: Operations,
    summary: str,
    author: User,
    now: datetime,
    since: Sequence[DraftChange],
    *,
    undoes: DraftChange | None = None,
) -> Saved:
    content = engine.write_definitions(edited.definitions)
    if len(content) > MOST_DMN:
        raise Invalid("The rules would be larger than 10 MiB. Split the model.")
    draft.dmn = content.decode()
    loaded = engine.load_model(draft.dmn)
    draft.content_hash = loaded.hash
    draft.revision += 1
    history.save(draft, by=author, reason=summary, now=now)
    change = DraftChange.objects.create(
        id=new_id(now),
        version=draft,
        revision=draft.revision,
        summary=summary[:300],
        operations=operations,
        inverse=edited.inverse,
        touched=edited.touched,
        undoes=undoes,
        changed_at=now,
        changed_by=author,
    )
    transaction.on_commit(lambda: _remember(draft, loaded))
    touched = dict.fromkeys([*(row for one in since for row in one.touched), *edited.touched])
    done = [*(one.operations for one in since), operations]
    moved = any(operation["op"] != "cells" for changes in done for operation in changes)
    return Saved(draft, loaded, list(touched), change, moved)


def _carried_out(loaded: engine.Model, operations: Any) -> engine.Edited:
    try:
        canonical(operations)
        return engine.edit_model(loaded, operations)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            "The change holds a character or a number that cannot be kept. Nothing was changed."
        ) from error
    except engine.Invalid as error:
        raise Invalid(f"{error} Nothing was changed.") from error


def _locked(version: ModelVersion) -> ModelVersion:
    draft = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("model")
        .defer("dmn")
        .get(pk=version.pk)
    )
    if draft.state != VersionState.DRAFT:
        raise Refused(
            f"Version {draft.number} is {draft.get_state_display().lower()} and cannot be changed. "
            "Start a new draft from it."
        )
    if draft.rulesets.exists():
        raise Refused(
            f"Version {draft.number} has decided submissions in a roll-out, so it stays as it "
            "was. Start a new draft from it."
        )
    return draft


def _changes_since(draft: ModelVersion, based_on: int) -> list[DraftChange]:
    if based_on > draft.revision:
        raise Refused("This page knows a newer draft than there is. Reload it.")
    return list(
        draft.changes.filter(revision__gt=based_on)
        .defer("operations", "inverse")
        .select_related("changed_by")
    )


def _refuse_clash(
    draft: ModelVersion,
    others: Sequence[DraftChange],
    touched: Sequence[str],
    loaded: engine.Model,
) -> None:
    wanted = set(touched)
    for change in reversed(others):
        if shared := wanted & set(change.touched):
            row = min(shared)
            raise Conflict(
                f"{change.changed_by} changed {_place(loaded, row)} while you were editing. "
                "Look at it, then make your change again if it is still needed.",
                rows=sorted(shared),
                revision=draft.revision,
            )


def _place(loaded: engine.Model, row: str) -> str:
    """Name a row for people: by its number, or the whole table where it has none."""
    for table in engine.tables_of(loaded.definitions):
        for number, rule in enumerate(table.rules, 1):
            if rule.id == row:
                return f"row {number}"
    return "this table"


def _summary(operations: Operations, loaded: engine.Model) -> str:
    """Say in a few words what operations do, for the history."""
    names = {table.id: name for name, table in engine.named_tables(loaded.definitions)}
    counts: dict[tuple[str, str], int] = {}
    for operation in operations:
        key = str(operation.get("op")), names.get(str(operation.get("table")), "the model")
        rows = operation.get("rows") or operation.get("cells")
        counts[key] = counts.get(key, 0) + (len(rows) if isinstance(rows, list) else 0)
    return "; ".join(
        f"{_WORDS.get(name, 'Changed')}{f' {count}' if count else ''} in {table}"
        for (name, table), count in counts.items()
    )


_WORDS: Mapping[str, str] = {
    "cells": "Cells changed:",
    "insert_rows": "Rows added:",
    "remove_rows": "Rows removed:",
    "move_rows": "Rows moved:",
    "order_rows": "Rows put in order:",
    "hit_policy": "Hit policy changed",
    "insert_column": "Column added",
    "remove_column": "Column removed",
    "change_column": "Column changed",
    "move_column": "Column moved",
    "add_table": "Table added",
    "remove_decision": "Decision removed",
    "put_decision": "Decision put back",
    "change_decision": "Decision changed",
    "item_type": "Input type changed",
    "add_item": "Input type added",
    "remove_item": "Input type removed",
    "add_input": "Input added",
    "remove_input": "Input removed",
    "change_input": "Input changed",
}


def loaded_draft(version: ModelVersion) -> engine.Model:
    """Load the rules of a version that may still change, once per content and process."""
    known = _known(version)
    if known is None:
        if "dmn" in version.get_deferred_fields():
            # All of it at once: somebody may have changed the draft since.
            version.refresh_from_db(fields=["dmn", "content_hash", "revision"])
        with _loading:  # A page, its rows and its problems ask at the same time.
            known = _known(version)
            if known is None:
                known = engine.load_model(version.dmn)
                _remember(version, known)
    return known


@dataclass(frozen=True)
class _Loaded:
    model: engine.Model
    size: int


MOST_LOADED = 8
MOST_CHARACTERS = 32 * 1024 * 1024
_loading = RLock()
_loaded: dict[tuple[UUID, int, str], _Loaded] = {}


def _key(version: ModelVersion) -> tuple[UUID, int, str]:
    # The revision too: where only the diagram changed, the hash is the same.
    return version.pk, version.revision, version.content_hash


def _known(version: ModelVersion) -> engine.Model | None:
    with _loading:
        if (known := _loaded.pop(_key(version), None)) is None:
            return None
        _loaded[_key(version)] = known  # What was asked for last is given up last.
        return known.model


def _remember(version: ModelVersion, model: engine.Model) -> None:
    """Keep the newest content of a draft; of many drafts, those asked for last."""
    with _loading:
        for key in [k for k in _loaded if k[0] == version.pk and k[1] <= version.revision]:
            del _loaded[key]
        _loaded[_key(version)] = _Loaded(model, len(version.dmn))
        while len(_loaded) > 1 and (
            len(_loaded) > MOST_LOADED
            or sum(kept.size for kept in _loaded.values()) > MOST_CHARACTERS
        ):
            del _loaded[next(iter(_loaded))]
