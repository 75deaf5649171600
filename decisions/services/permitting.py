"""The register of written permissions: what a platform allowed that its rules forbid otherwise."""

from datetime import date, datetime

from decisions.errors import Refused
from decisions.models import ReferenceTable, User
from decisions.queries.rules import contents_in_force

REGISTER = "written_permissions"
RECORD = "decisions.record_permissions"


def refuse_register(table: ReferenceTable, author: User | None, *, filled: bool) -> None:
    """Keep the register to those who answer for it; a model may bring it empty."""
    if table.key != REGISTER or not (filled or table.versions.exists()):
        return
    if author is None or not author.has_perm(RECORD):
        raise Refused(
            f"Only an administrator may change “{table.name}”: what stands there lifts a rule of "
            "a platform. Ask one to add the line, with where the letter is."
        )


def permitted(source: str, *, now: datetime) -> set[str]:
    """Return the purposes for which data of a source may be used today, by the register.

    Only what somebody wrote who answers for it counts.
    """
    content = contents_in_force(now).filter(table__key=REGISTER).select_related("created_by")
    today = now.date()
    return {
        str(row["purpose"]).strip().lower()
        for register in content
        if register.created_by and register.created_by.has_perm(RECORD)
        for row in register.rows
        if str(row["source"]).strip().lower() == source.lower()
        and date.fromisoformat(row["from_date"]) <= today <= date.fromisoformat(row["until_date"])
    }
