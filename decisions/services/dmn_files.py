"""DMN files of any tool come in: as a new model, or as a new draft of one, with what is wrong."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from lxml import etree

from decisions import engine
from decisions.errors import Invalid, Refused
from decisions.events import Actor
from decisions.models import DecisionModel, ModelVersion, User
from decisions.queries.rules import fallback_queues
from decisions.services import authoring, foreign_files, foreign_tables
from decisions.services.authoring import MOST_DMN

MAGIC = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")
UNREADABLE = ("xml.", "limit.", "file.")
# What other tools call a number, and FEEL does not.
NUMBERS = frozenset({"integer", "long", "double", "int", "float", "decimal"})
FEEL = ("feel", "FEEL")
MOST_NOTES = 10


@dataclass(frozen=True)
class DmnFile:
    """A file that can be kept: its DMN with an id for every row, and notes on what it was."""

    dmn: str
    loaded: engine.Model
    notes: list[str]


def read_dmn(name: str, content: bytes) -> DmnFile:
    """Read a DMN file; raises Invalid where it is none. Mistakes in its rules may stay in it."""
    if len(content) > MOST_DMN:
        raise Invalid("The DMN file is larger than 10 MiB. Split the model.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _foreign(foreign_files.read_otdt(content))
    if not content.lstrip().startswith(MAGIC):
        raise Invalid(f"“{name[:80]}” is not a DMN file. Give one that ends in .dmn or .xml.")
    if (root := _parsed(content)) is not None and foreign_files.is_flowable(root):
        return _foreign(foreign_files.read_flowable(root))
    loaded = engine.load_model(content)
    first = next((p for p in loaded.problems if p.code.startswith(UNREADABLE)), None)
    if first is not None and not loaded.definitions.decisions:
        raise Invalid("The DMN file cannot be read and was not kept.", authoring.faults_of(loaded))
    if not loaded.definitions.decisions:
        raise Invalid("The DMN file has no decision. Export the decisions, not the diagram alone.")
    adapted, notes = _adapted(content)
    loaded = engine.load_model(adapted)
    dmn = engine.write_definitions(engine.with_ids(loaded.definitions)).decode()
    return DmnFile(dmn, engine.load_model(dmn), notes)


def _foreign(table: foreign_tables.ForeignTable) -> DmnFile:
    """Translate a table of Flowable or OpenText; the notes list what a person must translate."""
    try:
        found = foreign_tables.to_dmn(table)
    except ValueError as error:  # A name or a text that XML or the table cannot hold.
        raise Invalid(f"The table cannot be read: {error}.") from None
    loaded = engine.load_model(found.dmn)
    dmn = engine.write_definitions(engine.with_ids(loaded.definitions)).decode()
    notes = [f"To be settled: {told}" for told in found.unsettled]
    if len(notes) > MOST_NOTES:
        notes = [*notes[:MOST_NOTES], f"{len(notes) - MOST_NOTES} more cells to be settled."]
    return DmnFile(dmn, engine.load_model(dmn), notes)


def _parsed(content: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        return None  # The engine says what is wrong with it.


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def import_draft(
    model: DecisionModel,
    file: DmnFile,
    *,
    name: str,
    author: User,
    now: datetime,
    actor: Actor | None = None,
) -> ModelVersion:
    """Keep a file as the next draft of a model, with its mistakes."""
    return authoring.draft_version(
        model,
        dmn=file.dmn,
        author=author,
        actor=actor or Actor.person(author),
        note=f"Imported {name[:200]}",
        now=now,
        with_faults=True,
    )


def import_model(
    file: DmnFile,
    *,
    name: str,
    model_name: str,
    fallback_queue: str,
    decision_name: str,
    author: User,
    now: datetime,
    description: str = "",
    key: str = "",
    actor: Actor | None = None,
) -> ModelVersion:
    """Create a model of a file; without a name, its decision is the one that no other reads."""
    key = key or key_from(model_name)
    if not key:
        raise Invalid("Give the model a name with letters or digits in it.")
    with transaction.atomic():
        model = authoring.create_model(
            key=key,
            name=model_name,
            description=description,
            fallback_queue=fallback_queue,
            decision_name=decision_name.strip() or _last_decision(file.loaded),
            author=author,
            actor=actor or Actor.person(author),
            now=now,
        )
        return import_draft(model, file, name=name, author=author, now=now, actor=actor)


def hand_in(file: DmnFile, *, name: str, author: User, actor: Actor, now: datetime) -> ModelVersion:
    """Keep what a program hands in as a draft of the model that has the key of its decision."""
    last = _last_decision(file.loaded)
    found = next(d for d in file.loaded.describe()["decisions"] if d["name"] == last)
    key = key_from(found["id"])
    model = DecisionModel.objects.filter(key=key).first()
    if model is not None:
        return import_draft(model, file, name=name, author=author, now=now, actor=actor)
    queues = fallback_queues()
    if not queues:
        raise Refused(
            "The first model is made in the portal, where somebody names the queue for what its "
            "rules cannot decide. Upload the file under Models."
        )
    return import_model(
        file,
        name=name,
        model_name=last,
        fallback_queue=queues[0],
        decision_name=last,
        key=key,
        author=author,
        actor=actor,
        now=now,
    )


def key_from(name: str) -> str:
    """Return the key that a model of this name or of this foreign key has."""
    return slugify(name).replace("-", "_")[:80]


def _last_decision(loaded: engine.Model) -> str:
    names = [str(item["name"]) for item in loaded.decisions]
    read = {name for item in loaded.decisions for name in item["requires"]}
    last = [name for name in names if name not in read]
    if len(last) == 1:
        return last[0]
    listed = ", ".join(last or names)
    raise Invalid(f"Say which decision gives the outcome. The file has {listed}.")


def _adapted(content: bytes) -> tuple[bytes, list[str]]:
    """Write what other tools call numbers as FEEL does, and note what is in another language."""
    root = etree.fromstring(content, _parser())
    renamed: Counter[str] = Counter()
    notes: dict[str, None] = {}
    for element in root.iter(etree.Element):
        kind = element.get("typeRef")
        if kind in NUMBERS:
            element.set("typeRef", "number")
            renamed[str(kind)] += 1
        language = element.get("expressionLanguage", "")
        if language and not any(word in language for word in FEEL):
            notes[_note(element, language)] = None
    told = [f"The type {kind} was read as number ({count}×)." for kind, count in renamed.items()]
    told += notes
    if len(told) > MOST_NOTES:
        told = [*told[:MOST_NOTES], f"{len(told) - MOST_NOTES} more of this kind."]
    return (etree.tostring(root) if renamed else content), told


def _note(element: etree._Element, language: str) -> str:
    owners = [element, *element.iterancestors()]
    label = next(
        (o.get("label") or o.get("name") for o in owners if o.get("label") or o.get("name")), ""
    )
    return f"“{label}” is written in {language}, which is not supported. Write it anew in FEEL."
