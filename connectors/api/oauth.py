"""OAuth2 client credentials (RFC 6749, 4.4): an API key taken apart is a client.

The part before the last underscore is the client id (clr_…), what follows is the client secret. A
token carries at most the scopes of its key, lives for an hour, and dies with its key.
"""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_plus

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_application_model
from oauth2_provider.oauth2_validators import OAuth2Validator

from connectors.errors import KeyRefused
from connectors.services import api_keys

Application = get_application_model()
GRANT = "client_credentials"


class KeyValidator(OAuth2Validator):
    """Lets API keys in as clients, and nobody else."""

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        return True

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        client_id, secret = self._presented(request)
        try:
            key = api_keys.authenticate(f"{client_id}_{secret}", now=timezone.now())
        except KeyRefused:
            return False
        request.client, _ = Application.objects.get_or_create(
            client_id=client_id,
            defaults={
                "user": key.user,
                "name": key.name,
                "client_type": Application.CLIENT_CONFIDENTIAL,
                "authorization_grant_type": Application.GRANT_CLIENT_CREDENTIALS,
            },
        )
        request.api_key = key
        return True

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type == GRANT

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: Any,
        request: Any,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        return set(scopes) <= set(request.api_key.scopes)

    def get_default_scopes(
        self, client_id: str, request: Any, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(request.api_key.scopes)

    def save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        super().save_bearer_token(token, request, *args, **kwargs)
        # A checksum recognises a token as well; nothing that opens a door stays in the database.
        get_access_token_model().objects.filter(
            token_checksum=api_keys.checksum(token["access_token"])
        ).update(token="")

    def _presented(self, request: Any) -> tuple[str, str]:
        """Client id and secret, from the header Authorization or from the body."""
        given = self._extract_basic_auth(request)
        if not given:
            return str(request.client_id or ""), str(request.client_secret or "")
        try:
            pair = base64.b64decode(given, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return "", ""
        client_id, _, secret = pair.partition(":")
        return unquote_plus(client_id), unquote_plus(secret)
