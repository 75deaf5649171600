"""Every address of Clearance: pages by app, the API, sign-in."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from config.views import closed

handler400 = "config.views.unreadable"
handler500 = "config.views.failed"

# allauth offers these too. Admins make accounts and their addresses are what the audit log and
# single sign-on know people by, so nobody changes their own; and Clearance sends no e-mail.
CLOSED = (
    r"signup/|email/|confirm-email/|password/reset/|password/set/|login/code/"
    r"|3rdparty/(?:signup/)?$|social/"
)

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(rf"^accounts/(?:{CLOSED})", closed),
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
