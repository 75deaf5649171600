"""Whether the text of a cell is one of the values that its column may have."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from decisions import engine

MOST_NAMED = 12
_NOT = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)


def fault_of_value(text: str, allowed: Sequence[str] | None, kind: str) -> tuple[str, str]:
    """Return what is wrong with a cell as it was typed, and a way out; empty where nothing is.

    Cells of FEEL are for the engine to judge.
    """
    if not allowed or text.strip() in ("", "-", "null") or text.strip().startswith("="):
        return "", ""
    for value in _values(text.strip(), output=kind == "outputs"):
        if value not in allowed:
            named = ", ".join(allowed[:MOST_NAMED])
            more = f" and {len(allowed) - MOST_NAMED} more" if len(allowed) > MOST_NAMED else ""
            lowered = {one.casefold(): one for one in allowed}
            close = get_close_matches(value.casefold(), list(lowered), n=1)
            hint = f"Did you mean '{lowered[close[0]]}'?" if close else ""
            return f"'{value[:60]}' is not one of: {named}{more}", hint
    return "", ""


def _values(typed: str, *, output: bool) -> list[str]:
    within = None if output else _NOT.fullmatch(typed)
    listed = within[1] if within else typed
    if '"' in listed:
        return engine.texts_listed(listed)
    return [typed] if output else [part.strip() for part in listed.split(",")]
