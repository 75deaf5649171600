"""Addresses below /api/v1/: all of them speak for decisions through connectors."""

from connectors.api.urls import app_name, urlpatterns

__all__ = ["app_name", "urlpatterns"]
