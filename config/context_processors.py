"""What the frame of every page shows: navigation, person, organisation, theme and time."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from config.navigation import navigation_for
from decisions.enums import Role
from decisions.models import User

THEMES = ("light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Lazy where it costs a query: an htmx answer renders a partial without the frame."""
    theme = request.COOKIES.get("theme", "")
    return {
        "navigation": SimpleLazyObject(lambda: navigation_for(request)),
        "my_roles": SimpleLazyObject(lambda: roles_of(request.user)),
        "organisation": settings.ORGANISATION,
        "theme": theme if theme in THEMES else "",
        "folded": request.COOKIES.get("navigation") == "folded",
        "now": timezone.localtime(),
        "zone": settings.TIME_ZONE.rpartition("/")[2].replace("_", " "),
        "partial_page": bool(getattr(request, "htmx", False)),
    }


def roles_of(user: object) -> str:
    """The roles of a person in words, for the corner of the page."""
    if not isinstance(user, User):
        return ""
    held = set(user.groups.values_list("name", flat=True))
    return ", ".join(role.label for role in Role if role.value in held)
