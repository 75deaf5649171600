"""Values of a reference table as people type them: written as text, read by their column's type."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from decisions.canonical import canonical

WHOLE = re.compile(r"[+-]?\d{1,30}")
DECIMAL = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")

Column = Mapping[str, Any]


def text_of(value: Any, column: Column) -> str:
    """Write a value as people edit it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if column.get("type") == "list" and isinstance(value, list) and all(map(_plain, value)):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _plain(part: Any) -> bool:
    return isinstance(part, str) and part == part.strip() and part != "" and "," not in part


def value_of(text: str, column: Column) -> Any:
    """Read a cell; what does not fit its type stays text, and the service says so."""
    kind = column.get("type", "any")
    if kind == "string":
        return None if text == "" and column.get("optional") else text
    text = text.strip()
    if text == "":
        return [] if kind == "list" and not column.get("optional") else None
    readers = {"number": _number_of, "boolean": _truth_of, "list": _list_of, "any": _json_of}
    return readers[kind](text) if kind in readers else text


def _number_of(text: str) -> Any:
    plain = text.replace(",", "") if GROUPED.fullmatch(text) else text
    if WHOLE.fullmatch(plain):
        return int(plain)
    read = float(plain) if DECIMAL.fullmatch(plain) else math.nan
    return read if math.isfinite(read) else text


def _truth_of(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


def _list_of(text: str) -> Any:
    if text.startswith("["):
        read = _json_of(text)
        return read if isinstance(read, list) else text
    return [part.strip() for part in text.split(",") if part.strip()]


def _json_of(text: str) -> Any:
    try:
        read = json.loads(text)
        canonical(read)  # Refuses what no database keeps, such as NaN.
    except (ValueError, RecursionError):
        return text
    return read
