"""A read-only view of the records for operators; everybody else uses the pages."""

from django.contrib import admin

from decisions.admin import ReadOnly
from reviews.models import BusinessCalendar, ReasonCode, ReviewItem, ReviewQueue, Verdict

for record in (BusinessCalendar, ReasonCode, ReviewItem, ReviewQueue, Verdict):
    admin.site.register(record, ReadOnly)
