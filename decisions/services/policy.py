"""What a platform forbids: models for advertising that ask for its listening data."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from decisions import engine
from decisions.errors import Fault
from decisions.models import ModelVersion
from decisions.services.permitting import permitted
from decisions.services.rulesets import load

# Spotify Developer Policy of 15 May 2025: what comes from the Web API may not be used to build
# profiles of users, "including for the purpose of targeting them with advertising or marketing".
FORBIDDEN_SOURCE = "Spotify Web API"
ADDRESSING = frozenset({"advertising", "marketing"})
HINT = (
    "Take the field out of the model, or fill it from our own player, from ads, or from an export "
    "that people agreed to. If Spotify allowed it in writing, an administrator adds a line to the "
    "reference table “Written permissions”."
)


def forbidden(version: ModelVersion, loaded: engine.Model, *, now: datetime) -> list[Fault]:
    """Return a fault for each field that the purpose of a model forbids and nobody allowed.

    What the live version is for counts too: a draft cannot put its purpose aside.
    """
    purposes = _purposes(version, loaded)
    if not purposes or not (fields := list(_fields_of(loaded))):
        return []
    unpermitted = purposes - permitted(FORBIDDEN_SOURCE, now=now)
    return [
        _fault(path, label, purpose) for purpose in sorted(unpermitted) for path, label in fields
    ]


def _purposes(version: ModelVersion, loaded: engine.Model) -> set[str]:
    live = version.model.live_version_id
    models = [loaded] if live is None or live == version.pk else [loaded, load(live)]
    said = {model.definitions.about.get("purpose", "").strip().lower() for model in models}
    return said & ADDRESSING


def _fields_of(loaded: engine.Model) -> Iterator[tuple[str, str]]:
    """Give path and label of every declared field that says it comes from the source."""
    for name, shape in loaded.shapes.items():
        yield from _fields_within(name, shape)


def _fields_within(path: str, shape: Any) -> Iterator[tuple[str, str]]:
    if FORBIDDEN_SOURCE.lower() in shape.display.get("source", "").lower():
        yield path, shape.display.get("label") or path
        return
    inner: Mapping[str, Any] = (shape.item or shape).parts or {}
    for name, part in inner.items():
        yield from _fields_within(f"{path}.{name}", part)


def _fault(path: str, label: str, purpose: str) -> Fault:
    return Fault(
        code="policy.source",
        where=f'input "{path}"',
        message=f"“{label}” ({path}) comes from the {FORBIDDEN_SOURCE}, and this model is for "
        f"{purpose}. The Spotify Developer Policy of 15 May 2025 forbids building profiles of "
        "people from it to address them.",
        hint=HINT,
    )
