"""Rule authors write: decision models, drafts of versions, and reference tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from decisions import engine, events, history
from decisions.canonical import digest
from decisions.enums import EventKind, ReferenceKind, VersionState
from decisions.errors import Fault, Invalid, Refused
from decisions.events import Actor
from decisions.ids import new_id
from decisions.models import (
    DecisionModel,
    ModelVersion,
    ReferenceTable,
    ReferenceTableVersion,
    User,
)
from decisions.services.permitting import refuse_register

MOST_DMN = 10 * 1024 * 1024
MOST_ROWS = 20_000


def create_model(
    *,
    key: str,
    name: str,
    fallback_queue: str,
    author: User | None,
    actor: Actor,
    now: datetime,
    description: str = "",
    icon: str = "split",
    decision_name: str = "Decision",
    headline: Mapping[str, str] | None = None,
    topics: Mapping[str, Sequence[str]] | None = None,
) -> DecisionModel:
    """Create a decision model without rules; `author` and a reason go into its history."""
    if slugify(key).replace("-", "_") != key.replace("-", "_"):
        raise Invalid(f"“{key}” cannot be a key. Use lower-case letters, digits and underscores.")
    model = DecisionModel(
        id=new_id(now),
        key=key,
        name=name,
        description=description,
        icon=icon,
        decision_name=decision_name,
        headline=dict(headline or {}),
        topics={outcome: list(names) for outcome, names in (topics or {}).items()},
        fallback_queue=fallback_queue,
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                history.save(model, by=author, reason="Created", now=now)
        except IntegrityError as error:
            raise Refused(f"A decision model “{key}” exists already.") from error
        events.record(EventKind.MODEL_CREATED, model, actor=actor, now=now)
    return model


def draft_version(
    model: DecisionModel,
    *,
    dmn: str,
    author: User | None,
    actor: Actor,
    note: str,
    now: datetime,
    with_faults: bool = False,
) -> ModelVersion:
    """Keep DMN text as the next draft. Raises Invalid with every problem the engine names.

    `with_faults` keeps it with mistakes in its rules, which then keep it from being proposed.
    """
    if len(dmn.encode("utf-8", "surrogatepass")) > MOST_DMN:
        raise Invalid("The DMN file is larger than 10 MiB. Split the model.")
    loaded = engine.load_model(dmn)
    if not with_faults and (faults := faults_of(loaded)):
        raise Invalid("The DMN file has problems and was not kept.", faults)
    with transaction.atomic():
        DecisionModel.objects.select_for_update().get(pk=model.pk)
        latest = model.versions.order_by("-number").values_list("number", flat=True).first()
        version = ModelVersion(
            id=new_id(now),
            model=model,
            number=(latest or 0) + 1,
            state=VersionState.DRAFT,
            dmn=dmn,
            content_hash=loaded.hash,
            note=note[:500],
            created_at=now,
            created_by=author,
        )
        history.save(version, by=author, reason=note or "Drafted", now=now)
        detail = {"number": version.number, "content": version.content_hash}
        events.record(EventKind.MODEL_DRAFTED, version, actor=actor, now=now, detail=detail)
    return version


def faults_of(loaded: engine.Model) -> list[Fault]:
    """Return the problems of a model that keep it from being used."""
    return [
        Fault(code=p.code, where=p.where, message=p.message, hint=p.hint)
        for p in loaded.problems
        if p.severity == "error"
    ]


def create_table(
    *,
    key: str,
    name: str,
    kind: str,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    author: User | None,
    actor: Actor,
    now: datetime,
    description: str = "",
    reason: str = "Created",
) -> ReferenceTable:
    """Create a reference table with its first content."""
    if kind not in ReferenceKind.values:
        raise Invalid(f"“{kind}” is not a kind of reference table. Use values or rows.")
    table = ReferenceTable(
        id=new_id(now),
        key=key,
        name=name,
        description=description,
        kind=kind,
        columns=[dict(column) for column in columns],
    )
    with transaction.atomic():
        history.save(table, by=author, reason=reason, now=now)
        change_table(table, rows=rows, author=author, actor=actor, reason=reason, now=now)
    return table


def change_table(
    table: ReferenceTable,
    *,
    rows: Sequence[Mapping[str, Any]],
    author: User | None,
    actor: Actor,
    reason: str,
    now: datetime,
    based_on: int | None = None,
    effective_from: datetime | None = None,
) -> ReferenceTableVersion:
    """Write a new content of a table, with the reason. Decisions from now on read it.

    With `effective_from`, decisions from that moment on do. `based_on` is the number of the version
    the editor saw; Refused when it is no longer the newest, or waits for its time itself.
    Raises Invalid with the row and column of every cell that does not fit.
    """
    if not reason.strip():
        raise Invalid("Say why you change this table. The reason stays with the change.")
    if effective_from is not None and effective_from <= now:
        raise Invalid("The time it is to take effect has passed. Choose a later one, or none.")
    refuse_register(table, author, filled=bool(rows))
    kept = _fitting(table, rows)
    with transaction.atomic():
        locked = ReferenceTable.objects.select_for_update().get(pk=table.pk)
        _refuse_stale(locked, based_on, now)
        version = _written(locked, kept, author, reason, now, effective_from=effective_from)
        history.save(locked, by=author, reason=reason, now=now)
        detail = {"number": version.number, "content": version.content_hash}
        if effective_from is not None:
            detail["effective_from"] = effective_from.isoformat()
        events.record(
            EventKind.REFERENCE_TABLE_CHANGED, locked, actor=actor, now=now, detail=detail
        )
    return version


def try_table(
    table: ReferenceTable,
    *,
    rows: Sequence[Mapping[str, Any]],
    author: User,
    now: datetime,
    reason: str = "",
    based_on: int | None = None,
) -> ReferenceTableVersion:
    """Write a content that no decision reads, to see what it would change. Raises as a change."""
    kept = _fitting(table, rows)
    with transaction.atomic():
        locked = ReferenceTable.objects.select_for_update().get(pk=table.pk)
        _refuse_stale(locked, based_on, now)
        trial = _written(locked, kept, author, reason, now, trial=True)
        history.save(locked, by=author, reason=reason or "Tried", now=now)
        detail = {"number": trial.number, "content": trial.content_hash}
        events.record(
            EventKind.REFERENCE_TABLE_TRIED,
            locked,
            actor=Actor.person(author),
            now=now,
            detail=detail,
        )
    return trial


def put_in_force(
    trial: ReferenceTableVersion,
    *,
    author: User,
    reason: str,
    now: datetime,
    effective_from: datetime | None = None,
) -> ReferenceTableVersion:
    """Make a change of what was tried, unless the table was changed since."""
    if not trial.trial:
        raise Refused(f"Version {trial.number} is in force, or was. Reload the page.")
    before = trial.table.versions.filter(trial=False, number__lt=trial.number)
    return change_table(
        trial.table,
        rows=trial.rows,
        author=author,
        actor=Actor.person(author),
        reason=reason,
        now=now,
        based_on=before.values_list("number", flat=True).first() or 0,
        effective_from=effective_from,
    )


def take_back(
    version: ReferenceTableVersion, *, by: User, reason: str, now: datetime
) -> ReferenceTableVersion:
    """Keep a content that waits for its time from ever being in force."""
    if not reason.strip():
        raise Invalid("Say why you take this change back. The reason stays with it.")
    with transaction.atomic():
        locked = ReferenceTable.objects.select_for_update().get(pk=version.table_id)
        waiting = locked.versions.filter(pk=version.pk, trial=False, effective_from__gt=now)
        if not waiting.update(trial=True):
            raise Refused(
                f"Version {version.number} no longer waits for its time. Reload the page."
            )
        history.save(locked, by=by, reason=reason, now=now)
        events.record(
            EventKind.REFERENCE_TABLE_TAKEN_BACK,
            locked,
            actor=Actor.person(by),
            now=now,
            detail={"number": version.number, "reason": reason.strip()[:500]},
        )
    version.trial = True
    return version


def _fitting(table: ReferenceTable, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept = [dict(row) for row in rows]
    if faults := misfits(table, kept):
        raise Invalid("The table has cells that do not fit. Nothing was changed.", faults)
    return kept


def _refuse_stale(table: ReferenceTable, based_on: int | None, now: datetime) -> None:
    newest = table.versions.filter(trial=False).defer("rows").order_by("-number").first()
    if newest is None:
        return
    if newest.effective_from is not None and newest.effective_from > now:
        raise Refused(
            f"“{table.name}” has a change that waits for its time: version {newest.number}. "
            "Take it back first, then change the table and set the time anew."
        )
    if based_on is not None and based_on != newest.number:
        raise Refused(
            f"“{table.name}” was changed while you were editing: it is now version "
            f"{newest.number}, and you started from {based_on}. "
            "Reload, then make your change again."
        )


def _written(
    table: ReferenceTable,
    rows: list[dict[str, Any]],
    author: User | None,
    reason: str,
    now: datetime,
    **more: Any,
) -> ReferenceTableVersion:
    latest = table.versions.aggregate(latest=Max("number"))["latest"] or 0
    return ReferenceTableVersion.objects.create(
        id=new_id(now),
        table=table,
        number=latest + 1,
        rows=rows,
        content_hash=digest(rows),
        created_at=now,
        created_by=author,
        reason=reason.strip()[:500],
        **more,
    )


def misfits(table: ReferenceTable, rows: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Name every cell that does not fit its column, as /row/column with rows from 1."""
    if len(rows) > MOST_ROWS:
        return [Fault(where="", message=f"At most {MOST_ROWS} rows.", hint="Split the table.")]
    faults = []
    columns = {column["name"]: column for column in table.columns}
    seen: set[Any] = set()
    for number, row in enumerate(rows, 1):
        faults += [
            Fault(where=f"/{number}/{name}", message="No such column.", hint="Remove it.")
            for name in row.keys() - columns.keys()
        ]
        for name, column in columns.items():
            if message := _misfit(row.get(name), column):
                faults.append(Fault(where=f"/{number}/{name}", message=message, hint=""))
        if table.kind == ReferenceKind.VALUES and (key := str(row.get("key"))) in seen:
            faults.append(
                Fault(where=f"/{number}/key", message=f"“{key}” is there twice.", hint="")
            )
        seen.add(str(row.get("key")))
    return faults


def _misfit(value: Any, column: Mapping[str, Any]) -> str:
    if value is None:
        return "" if column.get("optional") else f"Give a value for {_label(column)}."
    fits = {
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "string": isinstance(value, str),
        "date": isinstance(value, str) and _is_date(value),
        "list": isinstance(value, list),
        "any": True,
    }
    if not fits[column.get("type", "any")]:
        like = ", such as 2026-12-31" if column["type"] == "date" else ""
        return f"{_label(column)} must be a {column['type']}{like}."
    choices = column.get("choices", [value])
    return "" if value in choices else f"{_label(column)} must be one of {', '.join(choices)}."


def _label(column: Mapping[str, Any]) -> str:
    return str(column.get("label") or column["name"])


def _is_date(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return False
    return True
