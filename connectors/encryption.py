"""Secrets at rest: encrypted with the newest key, readable with every key that is still listed."""

import functools
import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from decisions.errors import Refused


def encrypt(secrets: Sequence[str]) -> str:
    """One text that holds all secrets, for a column of the database."""
    return (
        _keys(tuple(settings.SECRET_ENCRYPTION_KEYS))
        .encrypt(json.dumps(list(secrets)).encode("utf-8"))
        .decode("ascii")
    )


def decrypt(stored: str) -> tuple[str, ...]:
    """The secrets, newest first; raises Refused when no key of the settings fits."""
    if not stored:
        return ()
    try:
        content = _keys(tuple(settings.SECRET_ENCRYPTION_KEYS)).decrypt(stored.encode("ascii"))
    except InvalidToken:
        raise Refused(
            "The secret cannot be read with the encryption keys of this installation. "
            "Put the earlier key back into CLEARANCE_ENCRYPTION_KEYS, or make a new secret."
        ) from None
    return tuple(json.loads(content))


@functools.lru_cache(maxsize=4)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
