"""The built front end: which hashed file stands behind a name, and which icons exist."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

ABSENT = "The front end is not built. Run “python3 manage.py up”, or “npm ci && npm run build”."


def asset_url(name: str) -> str:
    """Return the address of a built file, like `app.css`."""
    files = manifest()["files"]
    if name not in files:
        raise ImproperlyConfigured(
            f"The front end has no file “{name}”. Known: {', '.join(sorted(files))}."
        )
    return static(files[name])


def icon_url(name: str) -> str:
    """Return the address of an icon in the sprite; refuses names that are not in it."""
    if name not in manifest()["icons"]:
        raise ImproperlyConfigured(f"There is no icon “{name}”. Add it to static/icons.txt.")
    return f"{asset_url('sprite.svg')}#i-{name}"


def manifest() -> dict[str, Any]:
    """The list of built files: read once, because a process serves the build it started with."""
    path = Path(settings.BASE_DIR) / "build" / "static" / "manifest.json"
    try:
        return _read(path, path.stat().st_mtime_ns if settings.DEBUG else 0)
    except FileNotFoundError as error:
        raise ImproperlyConfigured(ABSENT) from error


@lru_cache(maxsize=2)
def _read(path: Path, built_at: int) -> dict[str, Any]:
    """`built_at` is part of the key, so that whoever develops sees a new build at once."""
    content: dict[str, Any] = json.loads(path.read_text())
    content["icons"] = frozenset(content["icons"])
    return content
