"""Addresses of the decisions pages."""

from django.urls import URLPattern, path

from decisions.views import audit, lists, people, work

app_name = "decisions"
urlpatterns: list[URLPattern] = [
    path("submissions/", lists.submissions, name="submission_list"),
    path("submissions/<uuid:submission_id>/", work.submission, name="submission"),
    path("decisions/", lists.decisions, name="decision_list"),
    path("decisions/<uuid:decision_id>/", work.decision, name="decision"),
    path("audit/", audit.trail, name="audit"),
    path("audit/check/", audit.check, name="audit_check"),
    path("audit/export.csv", audit.export, name="audit_export"),
    path("audit/<uuid:pk>/", audit.event, name="audit_event"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<uuid:pk>/", people.person, name="person"),
]
