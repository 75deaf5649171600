"""Consents of people at outside parties, and the tokens they gave."""

from django.conf import settings
from django.db import models


class SignIn(models.Model):
    """The consent behind a connector. Tokens are encrypted and never leave this table.

    `authorised_at` is when a person consented: refreshing a token does not move it, and the party
    ends the consent a fixed time after it. `refused_at` is when the party said that it is over.
    `account_id` is the party's own stable key of the account. Without a person (client
    credentials) the row only keeps the token.
    """

    connector = models.OneToOneField(
        "Connector", on_delete=models.CASCADE, primary_key=True, related_name="sign_in"
    )
    encrypted_tokens = models.TextField(blank=True, editable=False)
    expires_at = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list, blank=True)
    account_id = models.CharField(max_length=200, blank=True)
    account_name = models.CharField(max_length=200, blank=True)
    authorised_at = models.DateTimeField(null=True)
    authorised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    refused_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.connector_id}: {self.account_name or 'client'}"
