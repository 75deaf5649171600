"""Impact previews: what other rules would have done with real submissions, or with a file."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from decisions import events
from decisions.canonical import digest
from decisions.enums import EventKind, RunState
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.ids import id_at, new_id
from decisions.models import (
    Decision,
    ImpactFile,
    ImpactReport,
    ModelVersion,
    ReferenceTableVersion,
    User,
)
from decisions.services.drafting import loaded_draft
from decisions.services.impact_files import FactsFile
from decisions.services.impact_runs import simulate
from decisions.services.rulesets import current_references, live_version_id, sources_of
from decisions.services.tallies import nothing_found

__all__ = ["again", "ask", "candidate_hash", "is_current", "latest_for", "simulate", "stop"]


def ask(
    version: ModelVersion,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    file: FactsFile | None = None,
    trial_tables: Sequence[ReferenceTableVersion] = (),
    by: User,
    now: datetime,
) -> ImpactReport:
    """Ask what `version`, with `trial_tables` in place of their tables, would have decided.

    It is held against what is live, with the tables of today; `version` may be the live one, to
    preview a table alone. Give a window of decisions, or a file of facts. A worker does the rest
    and the report tells how far it is. Raises Refused for rules that cannot run, Invalid for
    tables they do not read and for a window without any decision.
    """
    owner = version.model
    baseline = ModelVersion.objects.get(pk=live_version_id(owner))
    candidate = _references(version, trial_tables, now)
    _refuse_unread(version, trial_tables, candidate)
    found = {
        **nothing_found(),
        "candidate_references": [str(row.pk) for row in candidate],
        "baseline_references": [str(row.pk) for row in _references(baseline, (), now)],
    }
    if file is None and (since is None or until is None or since >= until):
        raise Invalid("Choose a first day that is not after the last one, or a file.")
    total = len(file.rows) if file else decisions_between(owner.pk, since, until).count()
    if not total:
        raise Invalid("Nothing was decided in these days. Choose other days, or a file.")
    report = ImpactReport(
        id=new_id(now),
        model=owner,
        version=version,
        baseline=baseline,
        candidate_hash=_hash(version, candidate),
        since=None if file else since,
        until=None if file else until,
        source=file.name if file else "",
        total=total,
        found=found,
        requested_at=now,
        requested_by=by,
    )
    with transaction.atomic():
        report.save(force_insert=True)
        report.references.set(trial_tables)
        if file:
            ImpactFile.objects.create(report=report, rows=file.rows)
        detail = {"number": version.number, "content": version.content_hash, "total": total}
        events.record(
            EventKind.IMPACT_REQUESTED, report, actor=Actor.person(by), now=now, detail=detail
        )
    return report


def again(
    report: ImpactReport,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    file: FactsFile | None = None,
    by: User,
    now: datetime,
) -> ImpactReport:
    """Ask for a preview of the same rules and tables as they are now.

    Without other days or another file, for the same ones.
    """
    if since is None and until is None and file is None:
        since, until = report.since, report.until
        if report.source:
            file = FactsFile(report.source, [(line, facts) for line, facts in report.file.rows])
    tables = list(report.references.select_related("table"))
    version = ModelVersion.objects.select_related("model").get(pk=report.version_id)
    return ask(version, since=since, until=until, file=file, trial_tables=tables, by=by, now=now)


def stop(report: ImpactReport, *, by: User, now: datetime) -> None:
    """End a preview before its time; what it found so far stays, marked as a part."""
    with transaction.atomic():
        stopped = ImpactReport.objects.filter(
            pk=report.pk, state__in=[RunState.WAITING, RunState.RUNNING]
        ).update(state=RunState.STOPPED, finished_at=now)
        if not stopped:
            raise Refused("This preview has ended already.")
        events.record(EventKind.IMPACT_STOPPED, report, actor=Actor.person(by), now=now)


def latest_for(version: ModelVersion) -> ImpactReport | None:
    """Return the newest finished preview of a version."""
    return version.impacts.filter(state=RunState.DONE).order_by("-requested_at").first()


def is_current(report: ImpactReport, version: ModelVersion, *, now: datetime) -> bool:
    """Say whether a report tells of exactly this content: rules and all reference contents."""
    if report.state != RunState.DONE or report.baseline_id != version.model.live_version_id:
        return False
    return report.candidate_hash == candidate_hash(version, list(report.references.all()), now=now)


def candidate_hash(
    version: ModelVersion, references: Sequence[ReferenceTableVersion] = (), *, now: datetime
) -> str:
    """Hash what would decide: the rules, and every reference content that they read."""
    return _hash(version, _references(version, references, now))


def decisions_between(
    model_id: UUID, since: datetime | None, until: datetime | None
) -> QuerySet[Decision]:
    """Return the decisions of a model in a span of time."""
    rows = Decision.objects.filter(model_id=model_id)
    if since is not None:
        rows = rows.filter(pk__gte=id_at(since))
    return rows.filter(pk__lt=id_at(until)) if until is not None else rows


def _refuse_unread(
    version: ModelVersion,
    given: Sequence[ReferenceTableVersion],
    read: Sequence[ReferenceTableVersion],
) -> None:
    tables = [row.table_id for row in given]
    if len(set(tables)) < len(tables):
        raise Invalid("Two contents of one reference table were given. Choose one of them.")
    unread = [row.table.name for row in given if row not in read]
    if unread:
        raise Invalid(
            f"Version {version.number} of “{version.model.name}” does not read the reference "
            f"table “{unread[0]}”, so the change alters none of its decisions."
        )


def _hash(version: ModelVersion, references: Sequence[ReferenceTableVersion]) -> str:
    return digest([version.content_hash, sorted(str(row.pk) for row in references)])


def _references(
    version: ModelVersion, given: Sequence[ReferenceTableVersion], now: datetime
) -> list[ReferenceTableVersion]:
    """Return the content of every reference table a version reads, the given ones first.

    Raises Refused for rules that have errors: they decide nothing worth counting.
    """
    loaded = loaded_draft(version)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    if errors:
        more = f" There are {len(errors) - 1} more." if len(errors) > 1 else ""
        raise Refused(
            f"Version {version.number} has mistakes, so there is nothing to preview yet. "
            f"{errors[0].where}: {errors[0].message}{more} Put them right first."
        )
    names = {decision["name"] for decision in loaded.decisions}
    if version.model.decision_name not in names:
        raise Refused(
            f"Version {version.number} has no decision “{version.model.decision_name}”. "
            "Give its last decision this name."
        )
    keys = {source.key for source in sources_of(loaded) if source.kind == "reference"}
    trials = {row.table.key: row for row in given if row.table.key in keys}
    return [*trials.values(), *current_references(keys - trials.keys(), now=now)]
