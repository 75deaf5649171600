"""Every address of Clearance: pages by app, the API, sign-in."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from config.views import closed, home, theme
from connectors.api.foreign.execution import ExecuteView
from connectors.api.foreign.repository import ModelListView
from connectors.api.views.inbound import InboundView
from connectors.api.views.token import ClientTokenView

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
    path("", home, name="home"),
    path("theme/", theme, name="theme"),
    path("", include("decisions.urls")),
    path("", include("reviews.urls")),
    path("", include("connectors.urls")),
    path("api/v1/", include("connectors.api.urls")),
    path("in/<slug:key>", InboundView.as_view(), name="inbound"),
    path("oauth2/token", ClientTokenView.as_view(), name="oauth_token"),
    path("tenants/<str:tenant>/oauth2/token", ClientTokenView.as_view(), name="tenant_token"),
    path("decision/v1/execute", ExecuteView.as_view(), name="opentext_execute"),
    path("decision/v1/runtime/decision-models", ModelListView.as_view(), name="opentext_models"),
    path("dmn-api/", include("connectors.api.foreign.urls")),
    path("flowable-rest/dmn-api/", include("connectors.api.foreign.urls", namespace="flowable")),
]
