"""Callers of the API prove themselves with an API key, or with a token they got for it."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from connectors.errors import KeyRefused
from connectors.models import ApiKey
from connectors.services import api_keys
from decisions.models import User


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer clr_…`, or a token of /oauth2/token."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            key = api_keys.recognise(presented.strip(), now=timezone.now())
        except KeyRefused as error:
            raise AuthenticationFailed(str(error), code="key_refused") from None
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Clearance API"'
