"""A read-only view of the records for operators; everybody else uses the pages."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from decisions.models import (
    AuditEvent,
    Decision,
    DecisionModel,
    ModelVersion,
    ReferenceTable,
    Submission,
    User,
)


class ReadOnly(admin.ModelAdmin):
    """Shows, never changes: changes go through services, which record why."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


for record in (
    AuditEvent,
    Decision,
    DecisionModel,
    ModelVersion,
    ReferenceTable,
    Submission,
):
    admin.site.register(record, ReadOnly)


@admin.register(User)
class UserAdmin(ReadOnly):
    exclude = ("password",)
