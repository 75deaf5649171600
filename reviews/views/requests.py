"""What the views of reviews know of a request once `requires` let it in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from decisions.models import User


class PageRequest(HttpRequest):
    """A request of somebody who is signed in, seen by htmx's middleware."""

    user: User
    htmx: HtmxDetails
