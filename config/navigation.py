"""The navigation as plain records: what there is, who may open it, and which key jumps there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from decisions.queries.releases import waiting_count


@dataclass(frozen=True)
class Item:
    """One place; an empty permission means everybody who is signed in."""

    label: str
    url_name: str
    icon: str
    permission: str = ""
    key: str = ""
    count: Callable[[], int] | None = None  # How many wait there,
    counted_for: str = ""  # for the people who hold this permission.


@dataclass(frozen=True)
class Link:
    """An item that this person may open, with its address."""

    label: str
    url: str
    icon: str
    key: str
    current: bool
    count: int = 0


GROUPS: tuple[tuple[str, tuple[Item, ...]], ...] = (
    (
        "",
        (
            Item("Overview", "home", "gauge", key="g o"),
            Item("My work", "reviews:my_work", "inbox", "reviews.work_items", "g w"),
            Item("Queues", "reviews:board", "layers", "reviews.view_queues", "g q"),
        ),
    ),
    (
        "Records",
        (
            Item(
                "Submissions",
                "decisions:submission_list",
                "file-input",
                "decisions.view_work",
                "g s",
            ),
            Item("Decisions", "decisions:decision_list", "split", "decisions.view_work", "g d"),
            Item("Audit trail", "decisions:audit", "scroll-text", "decisions.view_audit", "g a"),
            Item("Time machine", "decisions:time_machine", "history", "decisions.run_as_of"),
        ),
    ),
    (
        "Rules",
        (
            Item("Models", "decisions:model_list", "table-2", "decisions.view_rules", "g r"),
            Item(
                "Reference tables",
                "decisions:reference_table_list",
                "list-ordered",
                "decisions.view_rules",
            ),
            Item("Guardrails", "decisions:guardrail_list", "shield-check", "decisions.view_rules"),
            Item(
                "Changes",
                "decisions:changes",
                "git-pull-request-arrow",
                "decisions.view_rules",
                count=waiting_count,
                counted_for="decisions.approve_rules",
            ),
        ),
    ),
    (
        "Outside",
        (
            Item(
                "Connectors",
                "connectors:connector_list",
                "plug-zap",
                "connectors.view_connectors",
                "g c",
            ),
            Item("Deliveries", "connectors:delivery_list", "send", "connectors.view_deliveries"),
            Item("File imports", "connectors:import_list", "file-up", "connectors.view_imports"),
            Item("Mappings", "connectors:mapping_list", "shuffle", "connectors.view_connectors"),
        ),
    ),
    (
        "Set up",
        (
            Item("People and roles", "decisions:people", "users", "decisions.manage_people"),
            Item("API keys", "connectors:api_key_list", "key-round", "connectors.make_api_keys"),
        ),
    ),
)


def navigation_for(request: HttpRequest) -> list[tuple[str, list[Link]]]:
    """Return the groups with the places this person may open; groups without any are left out."""
    groups = [(title, list(_links(items, request))) for title, items in GROUPS]
    return [(title, links) for title, links in groups if links]


def _links(items: tuple[Item, ...], request: HttpRequest) -> Iterator[Link]:
    for item in items:
        if item.permission and not request.user.has_perm(item.permission):
            continue
        url = reverse(item.url_name)
        here = request.path == url if url == "/" else request.path.startswith(url)
        count = item.count() if item.count and request.user.has_perm(item.counted_for) else 0
        yield Link(item.label, url, item.icon, item.key, here, count)
