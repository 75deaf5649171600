"""One byte form for each JSON value, so that equal content has an equal hash everywhere."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Return `value` as JSON bytes: sorted keys, no spaces, UTF-8; whole floats as integers.

    PostgreSQL's jsonb gives 1.0 back as it likes, so 1 and 1.0 must hash alike.
    Raises ValueError for what no database keeps: NaN, infinities, NUL and lone surrogates.
    """
    text = json.dumps(
        _whole(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text holds half of a surrogate pair") from error


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _whole(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text holds the character NUL")
    if isinstance(value, dict):
        return {_whole(key): _whole(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
