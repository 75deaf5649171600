"""Django's registration of the composition root, for its commands, tags and checks."""

from django.apps import AppConfig

from config.celery import app as celery_app

__all__ = ["ConfigApp", "celery_app"]


class ConfigApp(AppConfig):
    """Importing this module binds `shared_task` to our Celery application in every process."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        # The receivers register on import, which needs the models of all apps.
        from config import accounts  # noqa: F401, PLC0415
