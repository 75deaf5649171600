"""Addresses of the API, below /api/v1/."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from connectors.api.problems import nothing_here
from connectors.api.views.decisions import DecisionListView, DecisionView
from connectors.api.views.deliveries import DeliveryListView, DeliveryResendView, DeliveryView
from connectors.api.views.docs import docs
from connectors.api.views.health import HealthView
from connectors.api.views.submissions import (
    SubmissionBatchView,
    SubmissionListView,
    SubmissionView,
)
from connectors.api.views.webhooks import KeyView, WebhookListView, WebhookView

app_name = "api"

urlpatterns = [
    path("submissions", SubmissionListView.as_view(), name="submissions"),
    path("submissions:batch", SubmissionBatchView.as_view(), name="submission_batch"),
    path("submissions/<uuid:submission_id>", SubmissionView.as_view(), name="submission"),
    path("decisions", DecisionListView.as_view(), name="decisions"),
    path("decisions/<uuid:decision_id>", DecisionView.as_view(), name="decision"),
    path("deliveries", DeliveryListView.as_view(), name="deliveries"),
    path("deliveries/<uuid:delivery_id>", DeliveryView.as_view(), name="delivery"),
    path("deliveries/<uuid:delivery_id>/resend", DeliveryResendView.as_view(), name="resend"),
    path("webhooks", WebhookListView.as_view(), name="webhooks"),
    path("webhooks/<uuid:webhook_id>", WebhookView.as_view(), name="webhook"),
    path("me", KeyView.as_view(), name="me"),
    path("health", HealthView.as_view(), name="health"),
    path(
        "schema/",
        SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="schema",
    ),
    path("docs/", docs, name="docs"),
    re_path(r"^(?P<path>.*)$", nothing_here),
]
