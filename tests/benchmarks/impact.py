"""Impact previews of many real submissions beside a plain loop over single decisions.

`python -m tests.benchmarks.impact [--count 100000] [--sample 300]`. For SQLite and, where there is
one, PostgreSQL it fills a database of its own with decided submissions of the podcast sponsorship
model, no two alike, and previews a draft that moves one threshold. Between its slices the plain
loop decides some of them under both rules, so that what slows the machine slows both.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.suite.servers import postgresql
from config.suite.steps import test_environment
from tests.benchmarks.intake import database

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SLICE = timedelta(seconds=5)
SHOWS = 3_000
BRANDS = 500


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--inside", default="")
    arguments = parser.parse_args()
    if arguments.inside:
        measure(arguments.inside, arguments.count, arguments.sample)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearance-bench-")))
        server = stack.enter_context(postgresql(os.environ))
        homes = {"SQLite": ""}
        if server.url:
            homes["PostgreSQL"] = stack.enter_context(database(server.url, "impact"))
        for home, url in homes.items():
            environment = test_environment(os.environ, state=folder / home)
            if url:
                environment["DATABASE_URL"] = url
            command = [sys.executable, "-m", "tests.benchmarks.impact", "--inside", home]
            given = ["--count", str(arguments.count), "--sample", str(arguments.sample)]
            subprocess.run([*command, *given], cwd=ROOT, env=environment, check=True)
        if not server.url:
            print(f"Skipped PostgreSQL: {server.note}.")


@dataclass
class Spent:
    """How many were decided, in how many seconds by the clock and of the processor."""

    done: int = 0
    wall: float = 0.0
    cpu: float = 0.0

    def add(self, done: int, wall: float, cpu: float) -> None:
        self.done, self.wall, self.cpu = self.done + done, self.wall + wall, self.cpu + cpu


def measure(home: str, count: int, sample: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from decisions import events
    from decisions.services import impact_runs, simulation

    events.send = lambda *_: None
    impact_runs.SLICE = SLICE
    call_command("migrate", verbosity=0)
    version, author = filled(count)
    window = {"since": NOW - timedelta(days=31), "until": NOW + timedelta(days=1)}
    report = simulation.ask(version, **window, by=author, now=NOW)
    before = peak()
    preview, loop = raced(report, sample)
    report.refresh_from_db()
    print(f"{home}: {report.state}, {report.done:,} replayed, {report.changed:,} would change")
    for name, spent in (("preview", preview), ("plain loop", loop)):
        print(
            f"  {name}: {spent.done:,} in {spent.wall:.1f} s ({spent.cpu:.1f} s of the processor), "
            f"{spent.done / spent.wall:,.0f} a second; "
            f"100,000 in {100_000 * spent.wall / spent.done:,.0f} s"
        )
    ratio = (loop.wall / loop.done) / (preview.wall / preview.done)
    cpu = (loop.cpu / loop.done) / (preview.cpu / preview.done)
    print(f"  the preview is {ratio:.1f} times as fast, {cpu:.1f} times by the processor")
    print(f"  memory: {before:.0f} MiB before, {peak():.0f} MiB at most; load {os.getloadavg()[0]}")


def raced(report, sample: int) -> tuple[Spent, Spent]:
    """Work out a preview slice by slice, and a plain loop between the slices."""
    from django.utils import timezone

    from decisions.enums import EventKind
    from decisions.models import AuditEvent
    from decisions.services import simulation

    event = AuditEvent.objects.get(kind=EventKind.IMPACT_REQUESTED)
    loop_of = plain_loop(report)
    preview, loop = Spent(), Spent()
    while report.unfinished:
        done = report.done
        wall, cpu = time.perf_counter(), time.process_time()
        simulation.simulate([event.pk], clock=timezone.now)
        spent = time.perf_counter() - wall, time.process_time() - cpu
        report.refresh_from_db()
        preview.add(report.done - done, *spent)
        wall, cpu = time.perf_counter(), time.process_time()
        loop_of(loop.done, sample)
        loop.add(sample, time.perf_counter() - wall, time.process_time() - cpu)
    return preview, loop


def plain_loop(report):
    """Return what decides some submissions one by one under both rules, as at run time."""
    from decisions.models import Decision, ModelVersion
    from decisions.services.candidates import candidate_today
    from decisions.services.replaying import Item, replay_one

    versions = ModelVersion.objects.select_related("model")
    rules = [
        candidate_today(versions.get(pk=pk), now=NOW)
        for pk in (report.baseline_id, report.version_id)
    ]
    decisions = Decision.objects.select_related("submission").order_by("pk")

    def loop(start: int, many: int) -> None:
        for decision in decisions[start : start + many]:
            said = {row.source: row.facts for row in decision.submission.evidence.all()}
            item = Item(decision.submission.facts, said, decision.evaluated_at)
            before, after = (replay_one(one, item) for one in rules)
            before.told != after.told  # noqa: B015

    loop(0, 1)
    return loop


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def filled(count: int) -> tuple:
    """Write `count` decided submissions of the last 30 days."""
    from django.core.management import call_command

    from decisions.events import SYSTEM
    from decisions.models import Decision, DecisionModel
    from decisions.services import authoring
    from decisions.services.rulesets import live_rules
    from tests.rules import person

    author = person("Ines", "rule_author")
    approver = person("Tom", "approver")
    call_command("install_model", author=author.email, approver=approver.email, verbosity=0)
    model = DecisionModel.objects.get(key="podcast_sponsorship")
    pick = random.Random(1)
    rules = live_rules(model, now=NOW)
    began = time.perf_counter()
    for start in range(0, count, 5000):
        rows = [decided(model, rules, pick, n) for n in range(start, min(start + 5000, count))]
        for made in zip(*rows, strict=True):
            type(made[0]).objects.bulk_create(made, batch_size=500)
    print(f"{Decision.objects.count():,} decisions after {time.perf_counter() - began:.1f} s")
    dmn = model.live_version.dmn.replace("limits.most_budget_eur", "(limits.most_budget_eur / 2)")
    version = authoring.draft_version(
        model, dmn=dmn, author=author, actor=SYSTEM, note="Bench", now=NOW
    )
    return version, author


def decided(model, rules, pick: random.Random, number: int) -> tuple:
    """Return a submission with what the feed says and what the rules say, none of it written."""
    from decisions.canonical import digest
    from decisions.ids import new_id
    from decisions.models import Evidence, Submission
    from decisions.services.evaluation import judge, state_after
    from decisions.services.settlement import decision_from

    at = NOW - timedelta(seconds=pick.randrange(30 * 86400))
    facts, feed = varied(pick, number)
    submission = Submission(
        id=new_id(at),
        model=model,
        reference=facts["request_id"],
        title=f"{facts['show']['name']} × {facts['brand']}",
        amount=facts["budget_micro"] / 1_000_000,
        currency=facts["currency"],
        facts=facts,
        facts_hash=digest(facts),
        source="bench",
        received_at=at,
        updated_at=at,
    )
    evidence = Evidence(
        id=new_id(at),
        submission=submission,
        source="rss",
        facts=feed,
        facts_hash=digest(feed),
        read_at=at,
    )
    said = judge(submission, rules, evidence=[evidence], now=at)
    submission.state = state_after(said)
    return submission, evidence, decision_from(submission, said, now=at)


def varied(pick: random.Random, number: int) -> tuple[dict, dict]:
    """Return facts and a feed: the show's own, the sponsor's own, and the booking's own."""
    from tests.decisions.library.ordinary import FEED, ORDINARY, changed

    show = random.Random(pick.randrange(SHOWS))
    brand = f"Brand {pick.randrange(BRANDS)}"
    name = f"Show {show.randrange(10**9)}"
    released = (NOW - timedelta(days=show.randrange(1, 90))).date().isoformat()
    facts = changed(
        ORDINARY,
        {
            "request_id": f"SPO-2026-{number:06}",
            "show_uri": f"spotify:show:{show.randrange(10**21, 10**22)}",
            "show.name": name,
            "show.explicit": show.random() < 0.2,
            "last_release_date": released,
            "downloads_30d_median": show.randrange(500, 40_000),
            "under18_share": show.randrange(40) / 100,
            "brand": brand,
            "disclosure_script": f"This episode is sponsored by {brand}.",
            "budget_micro": pick.randrange(1, 60_000) * 1_000_000,
            "markets": pick.sample(["GB", "IE", "DE", "US", "FR"], 2),
            "host_read": pick.random() < 0.5,
            "open_incidents_12m": pick.choice([0, 0, 0, 1, 2]),
        },
    )
    return facts, {**FEED, "title": name, "last_release_date": released}


if __name__ == "__main__":
    main()
