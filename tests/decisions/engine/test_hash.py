"""The content hash: what it leaves out, and that it never changes for a file that is published."""

from __future__ import annotations

import hashlib
from xml.sax.saxutils import escape

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from decisions.engine import load_model
from decisions.engine.xml_hash import content_hash
from tests.decisions.engine import dmn

SPACES = {"a": "urn:a", "b": "urn:b", "c": "urn:other", "d": "urn:d"}
PREFIXES = st.sampled_from([*SPACES])
OTHERS = ["urn:a", "urn:a:b", "urn:a#", "relative", dmn.NAMESPACE]
NAMES = ["a", "b", "text", "é"]
TEXTS = st.text(st.sampled_from("ab \t\n\r\xa0\u2003é<>&\"':=#xD;"), max_size=8)


def by_the_book(source: bytes) -> str:
    """Hash Canonical XML 2.0 with stripped texts, as lxml writes it from a tree that has all."""
    root = etree.fromstring(source, etree.XMLParser(remove_pis=True, resolve_entities=False))
    for child in [*root.iterchildren("{*}DMNDI")]:
        root.remove(child)
    canonical = etree.tostring(root, method="c14n2", with_comments=False, strip_text=True)
    return hashlib.sha256(canonical).hexdigest()


def attribute(text: str) -> str:
    return '"' + escape(text, {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}) + '"'


@st.composite
def texts(draw: st.DrawFn) -> str:
    text = draw(TEXTS)
    form = draw(st.sampled_from(["plain", "plain", "plain", "cdata", "comment"]))
    if form == "cdata":
        return f"<![CDATA[{text}]]>"
    if form == "comment":
        return f"<!--{text.replace('-', '')}-->"
    return escape(text, {"\r": "&#13;"})


@st.composite
def elements(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    declared = {prefix: SPACES[prefix] for prefix in draw(st.sets(PREFIXES, max_size=2))}
    if draw(st.integers(0, 29)) == 0:
        declared[draw(st.one_of(st.just(""), PREFIXES))] = draw(st.sampled_from(OTHERS))
    attributes = draw(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=2))
    for name in draw(st.sets(st.sampled_from(NAMES), max_size=2)):
        attributes[f"{draw(PREFIXES)}:{name}"] = "v"
    if draw(st.integers(0, 29)) == 0:
        attributes["xml:space"] = "preserve"
    parts = [
        *(f" xmlns{prefix and f':{prefix}'}={attribute(uri)}" for prefix, uri in declared.items()),
        *(f" {name}={attribute(value)}" for name, value in attributes.items()),
    ]
    tag = draw(st.sampled_from(NAMES)) if draw(st.booleans()) else f"{draw(PREFIXES)}:x"
    return f"<{tag}{''.join(parts)}>{''.join(draw(st.lists(inner, max_size=3)))}</{tag}>"


def extended(*content: str) -> str:
    """Write a file whose content may use all prefixes."""
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    return dmn.file(*content).replace(" xmlns:clearance", f"{declared} xmlns:clearance")


@given(st.lists(st.recursive(texts(), elements, max_leaves=6), max_size=3))
@example(['<a note="> 5"> x </a>'])
@example(["<a> &#13; x\xa0</a>"])
@example(['<a:x xmlns:a="urn:a" xmlns:b="urn:a:b" a:z="" b:y=""/>'])
@example([f'<x:decision xmlns:x="{dmn.NAMESPACE}"/>'])
@example(['<x xmlns=""><y xmlns="urn:a"/></x>'])
@example(['<x:y xmlns:x="relative"/>'])
@example(['<y xmlns:x="urn:a" x:b="" é=""/>'])
@example(['<y xml:space="preserve"> z </y>'])
def test_hash_is_that_of_canonical_xml(content: list[str]) -> None:
    source = extended(*content).encode()
    assert load_model(source).hash == by_the_book(source)


def test_hash_of_a_published_file_stays() -> None:
    body = dmn.table(
        "FIRST", [("age", "number")], [("o", "string")], [(" > 18 ", '"ü\n"'), ("-", "null")]
    )
    source = dmn.file(dmn.input_data("age", "number"), dmn.decision("D", body, inputs=["age"]))
    pinned = "e4a1685843dac3227547923380616fb384d8a41e6c82e7cb6b67e319f4e7c40d"
    assert load_model(source).hash == pinned


def test_hash_is_the_same_in_every_encoding() -> None:
    text = dmn.file(dmn.decision("D", '"ü"'))
    declared = text.replace("UTF-8", "UTF-16").encode("utf-16")
    undeclared = text.partition("?>")[2].encode("utf-16")
    assert load_model(declared).hash == load_model(undeclared).hash == load_model(text).hash


def test_hash_leaves_the_diagram_in_the_tree() -> None:
    diagram = '<d:DMNDI xmlns:d="urn:d"><d:x/> </d:DMNDI>'
    source = dmn.file(dmn.decision("D", "1"), diagram, "<description/>").encode()
    root = etree.fromstring(source)
    content_hash(root, source)
    assert etree.tostring(root, method="c14n") == etree.tostring(
        etree.fromstring(source), method="c14n"
    )
