"""Reads the comments on the rows of a model."""

from django.db.models import Count, QuerySet

from decisions.models import DecisionModel, RowComment


def comments_on(model: DecisionModel, *, table_id: str, row_id: str) -> QuerySet[RowComment]:
    """Return the comments on a row, the oldest first."""
    return model.comments.filter(table_id=table_id, row_id=row_id).select_related(
        "written_by", "resolved_by"
    )


def open_comments(model: DecisionModel, *, table_id: str) -> dict[str, int]:
    """Count the comments that nobody resolved yet, by row."""
    counted = (
        model.comments.filter(table_id=table_id, resolved_at=None)
        .order_by()
        .values_list("row_id")
        .annotate(count=Count("pk"))
    )
    return dict(counted)
