"""Django's registration of the reviews app."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = "Reviews"

    def ready(self) -> None:
        # Registering happens on import, and that needs the models of all apps.
        from reviews import permissions  # noqa: F401, PLC0415
