"""Every address of Clearance: pages by app, the API, sign-in."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("operations/", admin.site.urls),
]
# While the pages are being built, an app joins as soon as it has addresses.
for module, prefix in (
    ("config.page_urls", ""),
    ("decisions.urls", ""),
    ("reviews.urls", ""),
    ("connectors.urls", ""),
    ("config.api_urls", "api/v1/"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
