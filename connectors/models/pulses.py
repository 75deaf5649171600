"""Signs of life that workers leave for the health page."""

from django.db import models


class Pulse(models.Model):
    """When a part was last seen at work."""

    part = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.part
