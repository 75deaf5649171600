"""Django's registration of the decisions app and its start-up checks."""

from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "decisions"
    verbose_name = "Decisions"

    def ready(self) -> None:
        # Registering happens on import, and checks may import models only once apps are ready.
        from decisions import checks, permissions  # noqa: F401, PLC0415
