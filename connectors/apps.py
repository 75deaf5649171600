"""Django's registration of the connectors app and its start-up checks."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "connectors"
    verbose_name = "Connectors"

    def ready(self) -> None:
        # Registering happens on import, and checks may import models only once apps are ready.
        from connectors import checks, permissions  # noqa: F401, PLC0415
