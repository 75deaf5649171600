"""Drafts with tables of 8 columns for the benchmark of the editor; run, it prints their paths."""

from __future__ import annotations

import json
import os
import sys
from xml.sax.saxutils import escape

from tests.benchmarks import tables

INPUTS = ("country", "category", "explicit", "age", "budget", "language")
OUTPUTS = ("outcome", "queue")
EMAIL, PASSWORD = "ben.chmark@example.com", "walk the night bus home"


def texts(count: int) -> list[list[str]]:
    """Give the cells of a table, FEEL, row by row: six inputs and two outputs."""
    places = [list(tables.INPUTS).index(name) for name in INPUTS]
    found = []
    for number, row in enumerate(tables.make_rows(count), 1):
        cells = row.cells()
        outputs = [f'"{("approve", "reject", "review")[number % 3]}"', f'"queue {number % 7}"']
        found.append([*(cells[place] for place in places), *outputs])
    return found


def dmn(count: int) -> str:
    """Write a model of one such table, every row with an id."""
    inputs = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" '
        f'typeRef="{tables.INPUTS[name]}"/></inputData>'
        for name in INPUTS
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>'
        for name in INPUTS
    )
    columns = "".join(
        f'<input id="c_{name}" label="{name}"><inputExpression '
        f'typeRef="{tables.INPUTS[name]}"><text>{name}</text></inputExpression></input>'
        for name in INPUTS
    ) + "".join(f'<output id="c_{name}" name="{name}" typeRef="string"/>' for name in OUTPUTS)
    rules = "\n".join(_rule(number, row) for number, row in enumerate(texts(count), 1))
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="sheet" '
        f'name="Sheet" namespace="urn:sheet">{inputs}'
        f'<decision id="screening" name="Screening"><variable name="Screening"/>{needs}'
        f'<decisionTable id="sheet_table" hitPolicy="FIRST">{columns}{rules}</decisionTable>'
        "</decision></definitions>"
    )


def _rule(number: int, row: list[str]) -> str:
    kinds = ["inputEntry"] * len(INPUTS) + ["outputEntry"] * len(OUTPUTS)
    cells = "".join(
        f'<{kind} id="r{number}c{place}"><text>{escape(text)}</text></{kind}>'
        for place, (kind, text) in enumerate(zip(kinds, row, strict=True))
    )
    return f'<rule id="r{number}">{cells}</rule>'


def make_drafts(counts: list[int]) -> dict[int, str]:
    """Migrate, make an author and a draft for each number of rows; give their paths."""
    from django.core.management import call_command
    from django.utils import timezone

    from decisions.events import SYSTEM
    from decisions.services import authoring
    from tests.rules import person

    call_command("migrate", interactive=False, verbosity=0)
    author, now = person("Ben Chmark", "rule_author", email=EMAIL), timezone.now()
    author.set_password(PASSWORD)
    author.save()
    paths = {}
    for count in counts:
        model = authoring.create_model(
            key=f"sheet_{count}",
            name=f"Sheet {count}",
            decision_name="Screening",
            fallback_queue="triage",
            author=author,
            actor=SYSTEM,
            now=now,
        )
        version = authoring.draft_version(
            model, dmn=dmn(count), author=author, actor=SYSTEM, note="", now=now
        )
        paths[count] = f"/models/{model.key}/drafts/{version.number}/"
    return paths


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(make_drafts([int(count) for count in sys.argv[1:]])))
