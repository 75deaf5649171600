"""New reference tables: their columns read as people write them, one a line."""

import re
from datetime import datetime
from typing import Any

from django.utils.text import slugify

from decisions.enums import ReferenceKind
from decisions.errors import Fault, Invalid
from decisions.events import Actor
from decisions.models import ReferenceTable, User
from decisions.services import authoring

TYPES = ("number", "string", "boolean", "date", "list", "any")
MOST_COLUMNS = 40
_NAME = re.compile(r"[A-Za-z_]\w{0,59}", re.ASCII)
_TAKEN = frozenset({"new"})  # Its page would stand where the form for new tables does.


def start_table(
    *,
    name: str,
    description: str,
    kind: str,
    columns: str,
    reason: str,
    author: User,
    now: datetime,
) -> ReferenceTable:
    """Create an empty table; raises Invalid with every line of `columns` that is none."""
    key = slugify(name).replace("-", "_")[:80]
    if not key or key in _TAKEN or ReferenceTable.objects.filter(key=key).exists():
        message = f"“{name}” cannot be its name: it is taken, or has no letters. Choose another."
        raise Invalid(message, [Fault(where="name", message=message, hint="")])
    return authoring.create_table(
        key=key,
        name=name,
        description=description,
        kind=kind,
        columns=columns_of(columns, kind),
        rows=[],
        author=author,
        actor=Actor.person(author),
        reason=reason,
        now=now,
    )


def columns_of(text: str, kind: str) -> list[dict[str, Any]]:
    """Read columns, one a line; those of named values begin with key and value."""
    found: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, _, rest = (part.strip() for part in line.partition(":"))
        rest, _, listed = rest.partition(" of ")
        words = rest.split() or ["string"]
        choices = list(dict.fromkeys(filter(None, map(str.strip, listed.split(",")))))
        if message := _fault(name, words, choices, [column["name"] for column in found]):
            faults.append(Fault(where="columns", message=f"Line {number}: {message}", hint=""))
            continue
        column: dict[str, Any] = {"name": name, "type": words[0]}
        column |= {"choices": choices} if choices else {}
        found.append(column | ({"optional": True} if len(words) > 1 else {}))
    if kind == ReferenceKind.VALUES:
        named = {column["name"]: column for column in found}
        key = {"name": "key", "type": "string", "label": "Name"}
        value = {"name": "value", "type": "number", "label": "Value", **named.get("value", {})}
        found = [key, value, *(c for n, c in named.items() if n not in ("key", "value"))]
    if not found and not faults:
        faults.append(Fault(where="columns", message="Name at least one column.", hint=""))
    if len(found) > MOST_COLUMNS:
        faults.append(Fault(where="columns", message=f"At most {MOST_COLUMNS} columns.", hint=""))
    if faults:
        raise Invalid("The columns cannot be read. Nothing was created.", faults)
    return found


def _fault(name: str, words: list[str], choices: list[str], known: list[str]) -> str:
    if not _NAME.fullmatch(name):
        return f"“{name[:60]}” is no name. Use letters, digits and underscores."
    if name in known:
        return f"“{name}” is there twice."
    if words[0] not in TYPES:
        return f"“{words[0][:60]}” is no type. Use one of {', '.join(TYPES)}."
    if choices and words[0] != "string":
        return "Only texts are chosen “of” a list, such as “tier: string of gold, silver”."
    return "" if words[1:] in ([], ["optional"]) else "After the type there is only “optional”."
