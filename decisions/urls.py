"""Addresses of the decisions pages."""

from django.urls import URLPattern, path

from decisions.views import (
    audit,
    cells,
    comments,
    drafts,
    impact,
    lists,
    lives,
    models,
    people,
    references,
    time_machine,
    work,
)

app_name = "decisions"
TABLE = "models/<slug:slug>/drafts/<int:number>/tables/<str:table_id>"
TABLE_OF_VERSION = "models/<slug:slug>/versions/<int:number>/tables/<str:table_id>"
urlpatterns: list[URLPattern] = [
    path("submissions/", lists.submissions, name="submission_list"),
    path("submissions/<uuid:submission_id>/", work.submission, name="submission"),
    path("decisions/", lists.decisions, name="decision_list"),
    path("decisions/<uuid:decision_id>/", work.decision, name="decision"),
    path("decisions/<uuid:decision_id>/again/", time_machine.again, name="decision_again"),
    path("time-machine/", time_machine.machine, name="time_machine"),
    path("time-machine/rules/", time_machine.rules, name="rule_base"),
    path("time-machine/rules.zip", time_machine.download, name="rule_base_zip"),
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
    path("models/<slug:slug>/drafts/<int:number>/life.json", lives.life, name="draft_life"),
    path("models/<slug:slug>/drafts/", drafts.start, name="draft_start"),
    path("models/<slug:slug>/drafts/<int:number>/", drafts.draft, name="draft"),
    path(f"{TABLE}/", drafts.table, name="draft_table"),
    path(f"{TABLE}/rows.json", drafts.rows, name="draft_rows"),
    path(f"{TABLE}/problems", drafts.problems, name="draft_problems"),
    path(f"{TABLE}/reading", drafts.reading, name="draft_reading"),
    path(
        "models/<slug:slug>/drafts/<int:number>/operations",
        drafts.operations,
        name="draft_operations",
    ),
    path("models/<slug:slug>/drafts/<int:number>/undo", drafts.undo, name="draft_undo"),
    path("models/<slug:slug>/drafts/<int:number>/redo", drafts.redo, name="draft_redo"),
    path(
        "models/<slug:slug>/versions/<int:number>/impact/",
        impact.version_impact,
        name="version_impact",
    ),
    path("impacts/<uuid:pk>/", impact.impact, name="impact"),
    path("impacts/<uuid:pk>/stop/", impact.impact_stop, name="impact_stop"),
    path("impacts/<uuid:pk>/changes.csv", impact.impact_export, name="impact_export"),
    path("models/<slug:slug>/drafts/<int:number>/cell", cells.check, name="draft_cell"),
    path(
        "models/<slug:slug>/drafts/<int:number>/completions.json",
        cells.completions,
        name="draft_completions",
    ),
    path(f"{TABLE_OF_VERSION}/comments.json", comments.counts, name="table_comments"),
    path(f"{TABLE_OF_VERSION}/rows/<str:row_id>/comments/", comments.row, name="row_comments"),
    path(
        f"{TABLE_OF_VERSION}/rows/<str:row_id>/comments/<uuid:comment_id>/resolve",
        comments.resolve,
        name="row_comment_resolve",
    ),
    path("reference-tables/", references.table_list, name="reference_table_list"),
    path("reference-tables/<slug:slug>/", references.table, name="reference_table"),
    path("reference-tables/<slug:slug>/edit/", references.edit, name="reference_table_edit"),
    path(
        "reference-tables/<slug:slug>/versions/<int:number>/",
        references.version,
        name="reference_table_version",
    ),
]
