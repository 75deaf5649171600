"""Start-up checks: the allowed addresses can be read, and so can the encryption keys."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from connectors.addresses import parse_allow


@register()
def settings_can_be_read(**_: Any) -> list[CheckMessage]:
    """Name the entry of CLEARANCE_OUTBOUND_ALLOW or CLEARANCE_ENCRYPTION_KEYS that is wrong."""
    found: list[CheckMessage] = []
    try:
        parse_allow(settings.OUTBOUND_ALLOW)
    except ValueError as error:
        found.append(Error(f"CLEARANCE_OUTBOUND_ALLOW: {error}", id="connectors.E001"))
    for number, key in enumerate(settings.SECRET_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            found.append(
                Error(
                    f"CLEARANCE_ENCRYPTION_KEYS: key number {number} is not a Fernet key "
                    "(32 bytes in URL-safe base64).",
                    id="connectors.E002",
                )
            )
    return found
