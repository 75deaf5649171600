"""A read-only view of the records for operators; everybody else uses the pages."""

from django.contrib import admin

from connectors.models import ApiKey, Connector, Delivery, DeliveryAttempt
from decisions.admin import ReadOnly


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    exclude = ("secret_hash",)


@admin.register(Connector)
class ConnectorAdmin(ReadOnly):
    exclude = ("encrypted_secrets",)


for record in (Delivery, DeliveryAttempt):
    admin.site.register(record, ReadOnly)
