"""Models begin with a table to build on, and drafts that lead nowhere end with a reason."""

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from django.db import transaction
from django.utils.text import slugify

from decisions import engine
from decisions.enums import EventKind, VersionState
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.models import ModelVersion, User
from decisions.services import authoring, lifecycle

# Until an author says more, everything goes to a person.
_STARTER = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"
    xmlns:clearance="urn:clearance:dmn" id={key} name={name} namespace={space}>
  <description>{description}</description>
  <itemDefinition id="t_outcome" name="tOutcome">
    <typeRef>string</typeRef>
    <allowedValues><text>"approve", "reject", "route", "review"</text></allowedValues>
  </itemDefinition>
  <inputData id="i_reference" name="reference">
    <extensionElements><clearance:field label="Reference"/></extensionElements>
    <variable name="reference" typeRef="string"/>
  </inputData>
  <inputData id="i_amount" name="amount">
    <extensionElements><clearance:optional/><clearance:field label="Amount"/></extensionElements>
    <variable name="amount" typeRef="number"/>
  </inputData>
  <decision id="d_rules" name="Rules">
    <question>What happens to a submission?</question>
    <variable name="Rules"/>
    <informationRequirement id="r_1"><requiredInput href="#i_amount"/></informationRequirement>
    <decisionTable id="rules_table" hitPolicy="FIRST">
      <input id="in_amount" label="Amount">
        <inputExpression typeRef="number"><text>amount</text></inputExpression>
      </input>
      <output id="out_outcome" label="Outcome" name="outcome" typeRef="tOutcome"/>
      <output id="out_to" label="Queue or destination" name="to" typeRef="string"/>
      <output id="out_code" label="Reason" name="code" typeRef="string"/>
      <annotation name="Why"/>
      <rule id="row_1">
        <inputEntry><text>-</text></inputEntry>
        <outputEntry><text>"review"</text></outputEntry>
        <outputEntry><text>{queue}</text></outputEntry>
        <outputEntry><text>"NO_RULE_YET"</text></outputEntry>
        <annotationEntry><text>Until there are rules, a person decides.</text></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="d_decision" name="Decision">
    <question>What is the outcome, and who hears of it?</question>
    <variable name="Decision"/>
    <informationRequirement id="r_2"><requiredDecision href="#d_rules"/></informationRequirement>
    <literalExpression id="x_decision">
      <text>{answer}</text>
    </literalExpression>
  </decision>
</definitions>
"""
_ANSWER = (
    "{outcome: Rules.outcome, queue: Rules.to, destination: Rules.to, "
    "reasons: [{code: Rules.code}]}"
)


def start_model(
    *, name: str, description: str, fallback_queue: str, author: User, now: datetime
) -> ModelVersion:
    """Create a model and its first draft: one table that sends everything to a person."""
    key = slugify(name).replace("-", "_")
    if not key:
        raise Invalid("Give the model a name with letters in it.")
    dmn = _STARTER.format(
        key=quoteattr(key if key[0].isalpha() else f"m_{key}"),
        name=quoteattr(name),
        space=quoteattr(f"urn:clearance:models:{key}"),
        description=escape(description),
        queue=escape(engine.quoted(fallback_queue)),
        answer=escape(_ANSWER),
    )
    actor = Actor.person(author)
    with transaction.atomic():
        model = authoring.create_model(
            key=key,
            name=name,
            description=description,
            fallback_queue=fallback_queue,
            headline={"title": "reference", "reference": "reference"},
            author=author,
            actor=actor,
            now=now,
        )
        return authoring.draft_version(
            model, dmn=dmn, author=author, actor=actor, note="A table to start with", now=now
        )


def discard_draft(version: ModelVersion, *, by: User, reason: str, now: datetime) -> ModelVersion:
    """End a draft for good: it stays to be read, and nothing else can become of it."""
    why = lifecycle.reason_given(reason, "discard this draft")
    with transaction.atomic():
        locked = lifecycle.locked_version(version)
        if locked.rulesets.exists():
            raise Refused(
                f"Version {locked.number} has decided submissions in a roll-out, so it stays."
            )
        return lifecycle.move(
            locked,
            VersionState.DISCARDED,
            person=by,
            reason=why,
            now=now,
            kind=EventKind.MODEL_DISCARDED,
        )
