"""Addresses of the decisions pages."""

from django.urls import URLPattern, path

from decisions.views import audit, lists, models, people, references, work

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
    path("models/", models.model_list, name="model_list"),
    path("models/<slug:slug>/", models.model, name="model"),
    path("models/<slug:slug>/versions/<int:number>/", models.version, name="model_version"),
    path("models/<slug:slug>/versions/<int:number>/dmn", models.download, name="model_version_dmn"),
    path("reference-tables/", references.table_list, name="reference_table_list"),
    path("reference-tables/<slug:slug>/", references.table, name="reference_table"),
    path("reference-tables/<slug:slug>/edit/", references.edit, name="reference_table_edit"),
    path(
        "reference-tables/<slug:slug>/versions/<int:number>/",
        references.version,
        name="reference_table_version",
    ),
]
