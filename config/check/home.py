"""Keeps the check away from any real installation."""

from collections.abc import MutableMapping


def strip_installation(variables: MutableMapping[str, str]) -> None:
    """Forget every setting of an installation: the check has a database and a broker of its own."""
    for name in list(variables):
        if name in {"DATABASE_URL", "REDIS_URL"} or (
            name.startswith("CLEARANCE_") and name != "CLEARANCE_SHARED"
        ):
            del variables[name]
