"""DMN files of other tools come in as drafts, with words for what is not understood."""

import os
from pathlib import Path

import pytest

from decisions import engine
from decisions.errors import Invalid, Refused
from decisions.models import DecisionModel
from decisions.services import dmn_files, drafting
from tests.rules import HERE, NOW, person, small_model

SHARED = Path(os.environ.get("CLEARANCE_SHARED", Path(__file__).resolve().parents[4] / "shared"))
TCK = SHARED / "tck" / "TestCases"
CAMUNDA = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
  xmlns:camunda="http://camunda.org/schema/1.0/dmn" id="dish" name="Dish"
  namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler">
  <decision id="d" name="Dish" camunda:historyTimeToLive="30">
    <decisionTable id="t">
      <input id="i" label="Season"><inputExpression id="e" typeRef="string"
        expressionLanguage="juel"><text>${season}</text></inputExpression></input>
      <input id="i2" label="Guests"><inputExpression id="e2" typeRef="integer">
        <text>guests</text></inputExpression></input>
      <output id="o" name="dish" typeRef="string"/>
      <rule id="r"><inputEntry id="a"><text>"Fall"</text></inputEntry>
        <inputEntry id="b"><text>&lt;= 8</text></inputEntry>
        <outputEntry id="c"><text>"Ribs"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"""


def test_camunda_table_comes_in_with_words_for_what_is_not_supported():
    file = dmn_files.read_dmn("dish.dmn", CAMUNDA.encode())
    assert file.notes == [
        "The type integer was read as number (1×).",
        "“Season” is written in juel, which is not supported. Write it anew in FEEL.",
    ]
    told = [(p.where, p.code) for p in file.loaded.problems if p.severity == "error"]
    assert ('decision "Dish", input "Guests"', "name.unknown") in told
    assert all(rule.id for t in engine.tables_of(file.loaded.definitions) for rule in t.rules)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.png", b"\x89PNG", "is not a DMN file"),
        ("a.dmn", b"<a/>", "cannot be read"),
        ("a.dmn", b"<a><b></a>", "cannot be read"),
        ("a.dmn", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "cannot be"),
        ("a.dmn", b"<" + b" " * dmn_files.MOST_DMN, "larger than 10 MiB"),
        (
            "a.dmn",
            b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="a"/>',
            "has no decision",
        ),
    ],
)
def test_what_is_no_dmn_is_refused(name, content, words):
    with pytest.raises(Invalid, match=words):
        dmn_files.read_dmn(name, content)


@pytest.mark.skipif(not TCK.is_dir(), reason="The public kit of DMN is not on this machine.")
def test_every_file_of_the_public_kit_comes_in():
    files = sorted(TCK.rglob("*.dmn"))
    refused = {}
    for path in files:
        try:
            file = dmn_files.read_dmn(path.name, path.read_bytes())
        except Invalid as error:
            refused[path.name] = str(error)
        else:
            assert all(p.message and p.where for p in file.loaded.problems)
    # A library of functions alone decides nothing.
    assert (len(files) > 90, set(refused)) == (True, {"Imported_Model.dmn"})


@pytest.mark.django_db
def test_file_becomes_a_model_with_its_draft():
    ines = person("Ines", "rule_author")
    file = dmn_files.read_dmn("small.dmn", (HERE / "small.dmn").read_bytes())
    given = {"fallback_queue": "triage", "decision_name": "", "author": ines, "now": NOW}
    version = dmn_files.import_model(file, name="small.dmn", model_name="My spend", **given)
    assert (version.model.key, version.model.decision_name) == ("my_spend", "Decision")
    assert (version.state, version.note) == ("draft", "Imported small.dmn")
    assert version.history.get().history_user == ines
    with pytest.raises(Refused, match="exists already"):
        dmn_files.import_model(file, name="small.dmn", model_name="My spend", **given)
    assert DecisionModel.objects.count() == 1


@pytest.mark.django_db
def test_file_with_mistakes_becomes_a_draft_that_can_be_mended():
    ines = person("Ines", "rule_author")
    model = small_model()
    file = dmn_files.read_dmn("dish.dmn", CAMUNDA.encode())
    version = dmn_files.import_draft(model, file, name="dish.dmn", author=ines, now=NOW)
    cells = {"op": "cells", "table": "t", "cells": [["r", "o", "Stew"]]}
    saved = drafting.edit(version, [cells], based_on=0, author=ines, now=NOW)
    assert "Stew" in saved.version.dmn
