"""How long an impact preview of many real submissions takes, from SQLite, both rules whole.

`python -m tests.benchmarks.impact [--count 100000] [--kinds 2000]`. It fills a database of its own
in a temporary folder with decided submissions of the podcast sponsorship model and previews a
draft that moves one threshold; it prints seconds and the rate.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.suite.steps import test_environment

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--kinds", type=int, default=2_000)
    parser.add_argument("--inside", action="store_true")
    arguments = parser.parse_args()
    if arguments.inside:
        measure(arguments.count, arguments.kinds)
        return
    with tempfile.TemporaryDirectory(prefix="clearance-bench-") as folder:
        environment = test_environment(os.environ, state=Path(folder))
        command = [sys.executable, "-m", "tests.benchmarks.impact", "--inside"]
        given = ["--count", str(arguments.count), "--kinds", str(arguments.kinds)]
        subprocess.run([*command, *given], cwd=ROOT, env=environment, check=True)


def measure(count: int, kinds: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from decisions import events
    from decisions.enums import EventKind
    from decisions.models import AuditEvent, ImpactReport
    from decisions.services import simulation

    events.send = lambda *_: None
    call_command("migrate", verbosity=0)
    version, author, now = filled(count, kinds)
    report = simulation.ask(
        version, since=now - timedelta(days=31), until=now + timedelta(days=1), by=author, now=now
    )
    event = AuditEvent.objects.get(kind=EventKind.IMPACT_REQUESTED)
    began = time.perf_counter()
    while ImpactReport.objects.get(pk=report.pk).unfinished:
        simulation.simulate([event.pk], clock=timezone.now)
    spent = time.perf_counter() - began
    report.refresh_from_db()
    print(f"{report.state}: {report.done:,} replayed, {report.changed:,} would change")
    rate = report.done / spent
    print(f"{spent:.1f} s, {rate:,.0f} a second; 100,000 would take {100_000 / rate:,.0f} s")
    print({kind: cell["count"] for kind, cell in report.found["matrix"].items()})


def filled(count: int, kinds: int) -> tuple:
    """Decide `kinds` different submissions for real and copy them until there are `count`."""
    from django.core.management import call_command

    from decisions.events import SYSTEM
    from decisions.ids import new_id
    from decisions.models import Decision, DecisionModel, Evidence, Submission
    from decisions.services import authoring, intake
    from tests.decisions.library.ordinary import FEED
    from tests.rules import person

    now = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    author = person("Ines", "rule_author")
    approver = person("Tom", "approver")
    call_command("install_model", author=author.email, approver=approver.email, verbosity=0)
    model = DecisionModel.objects.get(key="podcast_sponsorship")
    pick = random.Random(1)
    began = time.perf_counter()
    originals = []
    for number in range(kinds):
        facts = varied(pick, number)
        readings = dict.fromkeys(intake.needed_evidence(model.key), intake.Reading(FEED))
        originals.append(
            intake.submit_and_decide(
                model.key, facts, evidence=readings, source="bench", actor=SYSTEM, now=now
            )
        )
    print(f"{kinds:,} decided in {time.perf_counter() - began:.1f} s")
    for start in range(0, count - kinds, 5000):
        copies = ([], [], [])
        for number in range(start, min(start + 5000, count - kinds)):
            decision = originals[number % kinds]
            at = now - timedelta(seconds=pick.randrange(30 * 86400))
            submission = Submission.objects.model(
                **{**plain(decision.submission), "id": new_id(at), "received_at": at}
            )
            copies[0].append(submission)
            for row in decision.submission.evidence.all():
                copies[1].append(
                    Evidence(**{**plain(row), "id": new_id(at), "submission_id": submission.pk})
                )
            copies[2].append(
                Decision(
                    **{
                        **plain(decision),
                        "id": new_id(at),
                        "submission_id": submission.pk,
                        "evaluated_at": at,
                    }
                )
            )
        for made in copies:
            type(made[0]).objects.bulk_create(made, batch_size=500)
    print(f"{Decision.objects.count():,} decisions after {time.perf_counter() - began:.1f} s")
    dmn = model.live_version.dmn.replace("limits.most_budget_eur", "(limits.most_budget_eur / 2)")
    version = authoring.draft_version(
        model, dmn=dmn, author=author, actor=SYSTEM, note="Bench", now=now
    )
    return version, author, now


def varied(pick: random.Random, number: int) -> dict:
    from tests.decisions.library.ordinary import ORDINARY, changed

    return changed(
        ORDINARY,
        {
            "request_id": f"SPO-2026-{number:06}",
            "downloads_30d_median": pick.randrange(500, 40_000),
            "budget_micro": pick.randrange(1, 60_000) * 1_000_000,
            "under18_share": pick.randrange(40) / 100,
            "markets": pick.sample(["GB", "IE", "DE", "US", "FR"], 2),
            "host_read": pick.random() < 0.5,
            "open_incidents_12m": pick.choice([0, 0, 0, 1, 2]),
            "show.explicit": pick.random() < 0.2,
        },
    )


def plain(row) -> dict:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


if __name__ == "__main__":
    main()
