"""API keys carry scopes, and each view names the scope its method needs."""

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    # The framework imports this module while it loads its own views.
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Lets an API key in when it carries the scope the view names for the method.

    A view says `scopes = {"GET": "decisions:read"}`, or names several of which all are needed, or
    none, (), where every key may; a method without a scope is refused.
    """

    message = "This API key does not carry the scope that this call needs."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if (request.method or "").upper() not in view.allowed_methods:
            # No key lets anybody in here, so none is asked for.
            raise MethodNotAllowed(request.method or "")
        needed: dict[str, Any] = getattr(view, "scopes", {})
        method = "GET" if request.method == "HEAD" else request.method
        if request.auth is None:
            return False
        named = needed.get(method or "")
        scopes = set(getattr(request.auth, "scopes", ()))
        return named is not None and ({named} if isinstance(named, str) else {*named}) <= scopes
