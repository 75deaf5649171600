"""Pages are for one person and come whole or in part: caches are told so."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers


class PrivatePages:
    """One address answers a page or, to htmx, a part of it; a browser must not mix them up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kept = response.has_header("Cache-Control")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["HX-Request"])
            if not kept:
                patch_cache_control(response, private=True, no_cache=True)
        elif not kept:
            # Answers of the API and exports hold facts about people.
            patch_cache_control(response, private=True, no_store=True)
        return response
