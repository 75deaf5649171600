"""Strict reading of settings from the environment: each wrong name or value is named at once."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

PREFIX = "CLEARANCE_"
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment:
    """Typed access to one mapping of environment variables.

    Each variable is declared by reading it; `refuse_unknown` then names every
    `CLEARANCE_…` variable that no setting asked for.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._known: set[str] = set()

    def text(self, name: str, default: str = "", *, choices: tuple[str, ...] = ()) -> str:
        self._known.add(name)
        value = self._variables.get(name, "").strip() or default
        if choices and value not in choices:
            raise ImproperlyConfigured(f"{name} is {value!r}. Use one of: {', '.join(choices)}.")
        return value

    def boolean(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if value and value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} is {value!r}. Use true or false.")
        return value in TRUE if value else default

    def words(self, name: str, default: str = "") -> list[str]:
        return [word for part in self.text(name, default).split(",") if (word := part.strip())]

    def parsed(self, name: str, parse: Callable[[str], Any], default: str = "") -> Any:
        """Read `name` through `parse`; a ValueError becomes a start-up error that names it."""
        value = self.text(name, default)
        try:
            return parse(value) if value else None
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} cannot be read: {error}") from error

    def refuse_unknown(self) -> None:
        for name in sorted(self._variables):
            if name.startswith(PREFIX) and name not in self._known:
                near = difflib.get_close_matches(name, sorted(self._known), n=1, cutoff=0.85)
                hint = f" Did you mean {near[0]}?" if near else " The README lists every setting."
                raise ImproperlyConfigured(f"{name} is not a setting of Clearance.{hint}")


def parse_database_url(url: str) -> dict[str, Any]:
    """PostgreSQL URL → Django database settings; raises ValueError with what to write instead."""
    form = "write it as postgresql://user:password@host:5432/name"
    parts, port = _split(url, form)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(form)
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ValueError("the name of the database is missing after the last slash")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options(parts.query),
    }


def parse_redis_url(url: str) -> str:
    """Check a Redis URL; raises ValueError with what to write instead."""
    form = "write it as redis://host:6379/0"
    parts, _ = _split(url, form)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ValueError(form)
    if parts.path not in {"", "/"} and not parts.path[1:].isdigit():
        raise ValueError("the part after the last slash is the number of the database, like /0")
    return url


def parse_base_url(url: str) -> str:
    """Check the address people type; raises ValueError with what to write instead."""
    form = "write it as https://clearance.example.com"
    parts, _ = _split(url, form)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(form)
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        raise ValueError("give scheme and host only, like https://clearance.example.com")
    return url.rstrip("/")


def parse_time_zone(name: str) -> str:
    """Check the name of a time zone; raises ValueError with what to write instead."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("write a name of the IANA list, like Europe/London") from error
    return name


def _split(url: str, form: str) -> tuple[SplitResult, int | None]:
    """Parts and port of an address; `form` says how to write it if it cannot be taken apart."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValueError(form) from error
    try:
        return parts, parts.port
    except ValueError as error:
        raise ValueError(f"the port is not a number up to 65535; {form}") from error


def _options(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, strict_parsing=bool(query)))
    except ValueError as error:
        raise ValueError("write what follows the question mark as name=value") from error
