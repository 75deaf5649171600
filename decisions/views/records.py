"""Where the page of a record is, by its kind: the audit log names records of every app."""

from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse

from decisions.models import AuditEvent

PAGES = {
    "submission": "decisions:submission",
    "decision": "decisions:decision",
    "decisionmodel": "decisions:model",
    "modelversion": "decisions:model_version",
    "referencetable": "decisions:reference_table",
    "impactreport": "decisions:impact",
    "challenger": "decisions:challenger_result",
    "user": "decisions:person",
    "reviewitem": "reviews:item",
    "delivery": "connectors:delivery",
    "connector": "connectors:connector",
}


KINDS = {
    "decision": "The decision",
    "reviewitem": "The review item",
    "reviewqueue": "The queue",
    "delivery": "The delivery",
    "connector": "The connector",
    "apikey": "The API key",
    "impactreport": "The impact preview",
    "challenger": "The challenger",
}


def kind_in_words(kind: str) -> str:
    """Name a record that has no name of its own by what it is."""
    return KINDS.get(kind, kind)


def address_of(event: AuditEvent, keys: Sequence[str | int]) -> str:
    """Return the address of the page of an event's record, or nothing where it has none."""
    if event.subject_kind == "connector":
        keys = [str(event.detail.get("connector"))]
    try:
        return reverse(PAGES[event.subject_kind], args=keys)
    except (KeyError, NoReverseMatch):
        return ""
