"""Prepares an installation for the benchmarks and prints API keys that may send to it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django is set up first.
from django.utils import timezone  # noqa: E402

from connectors.enums import Scope  # noqa: E402
from connectors.services import api_keys  # noqa: E402
from decisions.events import SYSTEM  # noqa: E402
from tests.rules import person, small_model  # noqa: E402

KEYS = 50

if __name__ == "__main__":
    now = timezone.now()
    call_command("migrate", interactive=False, verbosity=0)
    small_model(now=now)
    integration = person("Ben Chmark", "integration")
    for number in range(KEYS):
        _, secret = api_keys.create(
            name=f"Benchmark {number}",
            scopes=[Scope.SUBMISSIONS_WRITE],
            user=integration,
            creator=None,
            actor=SYSTEM,
            expires_at=None,
            now=now,
        )
        print(secret)
