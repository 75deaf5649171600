"""The rule-table editor in Chromium beside a plain page of the same rows.

`python -m tests.benchmarks.editor [3000 10000] [--rounds 2] [--postgresql]`, after `npm run build`.
Starts a web server of Clearance and a bare one that keeps the rows in one JSON file, and drives
both in turn, so that whatever slows the machine slows both. Prints the median of each measure, the
slowest, the time of the processor that the server took, and how often the plain page fits in.

open: from the navigation to the first painted rows (the first visit, with empty caches of the
browser and the server, stands apart). scroll: one step of 600 pixels until painted. edit: from the
second press of a double click to a painted field. key: from the key to laid-out text. paste: 500 x
8 cells until painted. pasted: until the server has kept them. save: one cell over HTTP. check: the
text of one cell over HTTP. read: a row as a sentence over HTTP.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from config.processes import programs
from config.processes.launch import environment_for, start_broker, web_answers
from config.processes.places import broker_socket, open_listener
from config.processes.programs import Program
from config.processes.supervisor import Supervisor
from config.suite.servers import postgresql
from config.suite.steps import test_environment
from tests.benchmarks import sheets
from tests.benchmarks.intake import ROOT, complain, database, run
from tests.processes import descendants

CHROMIUM = "/usr/bin/chromium"
MEASURES = ("open", "scroll", "edit", "key", "paste", "pasted", "save", "check", "read")
INIT = (Path(__file__).parent / "editor.js").read_text()
CELL = ".tabulator-row [tabulator-field=c0], td"
SAVES, CHECKS = 3, 5
MOST_SECONDS = 20  # Of one measure; what takes longer counts as that long.


class Figures:
    """What was measured, by rows, measure and site; milliseconds."""

    def __init__(self) -> None:
        self.wall: dict[tuple[int, str, str], list[float]] = {}
        self.cpu: dict[tuple[int, str, str], list[float]] = {}

    def add(self, key: tuple[int, str, str], times: list[float], cpu: float) -> None:
        self.wall.setdefault(key, []).extend(times)
        self.cpu.setdefault(key, []).append(cpu / len(times))


class Site:
    """One of the two: where its pages are, and how it is asked."""

    def __init__(self, name: str, pid: int, url: str, paths: dict[int, str]) -> None:
        self.name, self.pid, self.url, self.paths = name, pid, url, paths

    def page_of(self, count: int) -> str:
        table = "tables/sheet_table/" if self.name == "Clearance" else ""
        return f"{self.url}{self.paths[count]}{table}"

    def save(self, count: int, text: str) -> tuple[str, Any]:
        base = f"{self.url}{self.paths[count]}"
        if self.name == "Clearance":
            cells = [["r2", "c_age", f">= {text}"]]
            operation = {"op": "cells", "table": "sheet_table", "cells": cells}
            return f"{base}operations", {"table": "sheet_table", "operations": [operation]}
        return f"{base}save", {"cells": [[], ["-", "-", "-", f">= {text}"]]}

    def check(self, count: int, text: str) -> tuple[str, Any]:
        name = "cell" if self.name == "Clearance" else "check"
        asked = {"table": "sheet_table", "column": "c_age", "text": f">= {text}"}
        return f"{self.url}{self.paths[count]}{name}", asked

    def rested(self) -> float:
        """Wait until the server has done what it was asked before; give its processor time."""
        before, deadline = -100.0, time.monotonic() + 3
        while (now := cpu_of(self.pid)) - before > 20 and time.monotonic() < deadline:
            before = now
            time.sleep(0.5)
        return now

    @contextmanager
    def measured(self) -> Iterator[dict[str, float]]:
        """Tell the milliseconds of the processor that the server takes meanwhile."""
        before, spent = self.rested(), {"cpu": 0.0}
        yield spent
        spent["cpu"] = cpu_of(self.pid) - before


def cpu_of(pid: int) -> float:
    """Give the milliseconds of the processor that a process and all below it have taken."""
    ticks = 0
    for one in descendants(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    arguments = parsed()
    figures = Figures()
    with ExitStack() as stack:
        sites = start(stack, arguments)
        chromium = stack.enter_context(browser())
        for site in sites:
            for count in arguments.rows:  # The first visit: nothing is kept anywhere.
                page = opened(chromium, site)
                measure_open(page, site, count, figures, name="first open")
                page.context.close()
        pages = [(site, opened(chromium, site)) for site in sites]
        for number in range(arguments.rounds):
            for count in arguments.rows:
                for site, page in pages:
                    measure(page, site, count, number, figures)
        print_table(figures, arguments)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int, nargs="*", default=[3000, 10_000])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    return parser.parse_args()


def start(stack: ExitStack, arguments: argparse.Namespace) -> list[Site]:
    """Start both servers on fresh drafts."""
    state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clearance-bench-")))
    variables = test_environment(os.environ, state=state)
    if arguments.postgresql:
        server = stack.enter_context(postgresql(os.environ))
        variables["DATABASE_URL"] = stack.enter_context(database(server.url, "editor"))
    variables |= {"CLEARANCE_LOG_LEVEL": "ERROR", "PYTHONPATH": str(ROOT)}
    socket = broker_socket(state)
    environment = environment_for(variables, url="http://127.0.0.1", broker_socket=socket)
    counts = [str(count) for count in arguments.rows]
    made = run("tests.benchmarks.sheets", environment, *counts).splitlines()[-1]
    supervisor = Supervisor(environment=environment, say=complain)
    stack.callback(supervisor.stop)
    start_broker(supervisor, path=socket, folder=state / "broker")
    web, bare = (stack.enter_context(open_listener("127.0.0.1", 0)) for _ in range(2))
    ours = supervisor.start(programs.web(web.fileno()))
    command = (sys.executable, "-m", "tests.benchmarks.plain", str(bare.fileno()), str(state))
    plain = supervisor.start(Program("plain", (*command, *counts), keep=(bare.fileno(),)))
    supervisor.wait_for(lambda: web_answers(web.getsockname()), seconds=30)
    paths = {int(count): path for count, path in json.loads(made).items()}
    return [
        Site("plain", plain.pid or 0, url_of(bare), {c: f"/{c}/" for c in arguments.rows}),
        Site("Clearance", ours.pid or 0, url_of(web), paths),
    ]


def url_of(listener: Any) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield found
        found.close()


def opened(chromium: Any, site: Site) -> Any:
    """Open a page that measures, signed in where that is needed."""
    page = chromium.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.add_init_script(INIT)
    if site.name == "Clearance":
        page.goto(f"{site.url}/")
        page.fill("input[name=login]", sheets.EMAIL)
        page.fill("input[name=password]", sheets.PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site.url}/")
    return page


def measure(page: Any, site: Site, count: int, number: int, figures: Figures) -> None:
    """Take every measure once, some many times over."""
    measure_open(page, site, count, figures)
    with site.measured() as spent:
        times = page.evaluate("measures.scroll(15)")
    figures.add((count, "scroll", site.name), times, spent["cpu"])
    page.evaluate("measures.top()")
    cell = page.locator(CELL).first
    cell.click()
    cell.dblclick()
    times = [page.evaluate("measures.edited()")]
    figures.add((count, "edit", site.name), times, 0)
    page.keyboard.type("alcohol, tobacco, gin", delay=40)
    figures.add((count, "key", site.name), page.evaluate("measures.keys()"), 0)
    page.keyboard.press("Escape")
    page.locator(CELL).first.click()
    block = "\n".join("\t".join(["-"] * 3 + [f">= {number + n}"]) for n in range(500))
    block = "\n".join(f"{line}\t-\t-\tapprove\tqueue {number}" for line in block.split("\n"))
    with site.measured() as spent:
        drawn, kept = page.evaluate("text => measures.paste(text)", block)
    figures.add((count, "paste", site.name), [drawn], 0)
    figures.add((count, "pasted", site.name), [kept], spent["cpu"])
    measure_http(page, site, count, number, figures)


def measure_open(
    page: Any, site: Site, count: int, figures: Figures, *, name: str = "open"
) -> None:
    page.goto("about:blank")
    with site.measured() as spent:
        answer = page.goto(site.page_of(count))
        if answer.status != 200:
            sys.exit(f"{site.page_of(count)} answered {answer.status}.")
        took = page.evaluate("measures.opened")
    figures.add((count, name, site.name), [took], spent["cpu"])


def measure_http(page: Any, site: Site, count: int, number: int, figures: Figures) -> None:
    """Send what the page sends, without the page."""
    home = f"{site.url}/" if site.name == "Clearance" else site.page_of(count)
    page.goto(home)
    if site.name == "Clearance":
        page.evaluate("url => measures.ask(url)", f"{site.page_of(count)}rows.json")
    texts = [str(number * 100 + n) for n in range(CHECKS)]
    asked = {"save": [site.save(count, text) for text in texts[:SAVES]]}
    asked["check"] = [site.check(count, text) for text in texts]
    for name, requests in asked.items():
        with site.measured() as spent:
            end, times = time.monotonic() + MOST_SECONDS, []
            for one in requests:
                if not times or time.monotonic() < end:
                    times.append(page.evaluate("asked => measures.ask(...asked)", one))
        figures.add((count, name, site.name), times, spent["cpu"])
    if site.name == "Clearance":
        address = f"{site.page_of(count)}reading?row=r{count}"
        with site.measured() as spent:
            times = [page.evaluate("url => measures.ask(url)", address) for _ in range(CHECKS)]
        figures.add((count, "read", site.name), times, spent["cpu"])


def print_table(figures: Figures, arguments: argparse.Namespace) -> None:
    load = os.getloadavg()[0]
    print(f"{'':<20}{'median ms':>10}{'slowest':>9}{'server cpu':>12}{'plain':>9}{'ratio':>8}"
          f"    load {load:.1f}, {os.cpu_count()} processors")  # fmt: skip
    for count in arguments.rows:
        for name in ("first open", *MEASURES):
            ours = figures.wall[count, name, "Clearance"]
            cpu = statistics.mean(figures.cpu[count, name, "Clearance"])
            median = statistics.median(ours)
            line = f"{count:>6} {name:<13}{median:>10.1f}{max(ours):>9.1f}{cpu:>12.1f}"
            plain = figures.wall.get((count, name, "plain"))
            if plain is not None:
                half = statistics.median(plain)
                line += f"{half:>9.1f}{median / half:>8.2f}"
            print(line)


if __name__ == "__main__":
    main()
