"""The door of every page: signed in, allowed, and otherwise told who may."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from decisions.models import User
from decisions.permissions import holders_of

View = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request that `requires` let in: of somebody signed in, seen by htmx's middleware."""

    user: User
    htmx: HtmxDetails


def requires(permission: str) -> Callable[[View], View]:
    """Let only people through to a view who hold `permission`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            refuse_unless_held(request, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refuse_unless_held(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied, worded for the person, unless they hold `permission`."""
    if not request.user.has_perm(permission):
        roles = [role.label.lower() for role in holders_of(permission)]
        listed = " or ".join(filter(None, [", ".join(roles[:-1]), *roles[-1:]]))
        raise PermissionDenied(f"This needs the role {listed}.")
