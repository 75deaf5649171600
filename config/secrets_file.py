"""The secrets of a local installation: made once, kept in the state folder for its owner only."""

import json
import os
import secrets
from pathlib import Path
from typing import TypedDict

from cryptography.fernet import Fernet


class LocalSecrets(TypedDict):
    secret_key: str
    encryption_keys: list[str]


def local_secrets(state: Path) -> LocalSecrets:
    """Return the secrets kept under `state`, making them on first use.

    Created with O_EXCL so that two processes that start together agree on one file.
    """
    path = state / "secrets.json"
    fresh = LocalSecrets(
        secret_key=secrets.token_urlsafe(50), encryption_keys=[Fernet.generate_key().decode()]
    )
    state.mkdir(parents=True, exist_ok=True)
    draft = state / f".secrets-{os.getpid()}-{secrets.token_hex(4)}"
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(fresh, file)
        try:
            os.link(draft, path)  # Atomic, and refuses to replace what another process made.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept: LocalSecrets = json.loads(path.read_text())
    return kept
