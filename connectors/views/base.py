"""What all pages of connectors share: acts with their answer in words."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from decisions.errors import Expected


def act(
    request: HttpRequest, work: Callable[[], str], *, back: str, **address: Any
) -> HttpResponse:
    """Do one thing for a person, say how it went, and go back to the page they came from."""
    try:
        messages.success(request, work())
    except Expected as error:
        faults = [fault.get("message", "") for fault in getattr(error, "faults", [])]
        messages.error(request, " ".join([str(error), *faults]))
    answer: HttpResponse = redirect(back, **address)
    return answer
