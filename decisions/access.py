"""The door of every page: signed in, allowed, and otherwise told who may."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.mixins import AccessMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from decisions.models import User
from decisions.permissions import holders_of

View = Callable[..., HttpResponseBase]


class Requires(AccessMixin):
    """Mix into a class-based view and name its `permission`."""

    permission = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        refuse_unless_held(request, self.permission)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


def requires(permission: str) -> Callable[[View], View]:
    """The same as a decorator of view functions."""

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


def signed_in(request: HttpRequest) -> User:
    """Return who asks, in a view whose door let only people through."""
    return cast(User, request.user)


def wants_part(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page and not for all of it."""
    return bool(getattr(request, "htmx", False))
