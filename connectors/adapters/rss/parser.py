"""Reads the bytes of a podcast feed (RSS 2.0 with the itunes and podcast tags).

Titles, dates and enclosures come from feedparser, which knows the many ways feeds write them.
It misreads `itunes:explicit`, keeps one transcript of many and lets the children of liveItem
leak into the channel, so those tags are read here. Tags: podcastindex.org/namespace/1.0.
"""

import calendar
import functools
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import feedparser
from lxml import etree

from connectors.adapters.rss.feed import Episode, Feed, Problem

ITUNES = "itunes"
PODCAST = "podcast"
DUBLIN_CORE = "purl.org/dc/elements/1.1"
ITEM = ("", "item")
NAMESPACES = {
    "www.itunes.com/dtds/podcast-1.0.dtd": ITUNES,
    "podcastindex.org/namespace/1.0": PODCAST,
    "github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": PODCAST,
}
EXPLICIT = {
    "true": True,
    "yes": True,
    "explicit": True,
    "false": False,
    "no": False,
    "clean": False,
}
YES_NO = {"yes": True, "true": True, "no": False, "false": False}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")
# Also what Unicode keeps for nobody: XML cannot carry it, so it cannot be copied.
CONTROL = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
LONGEST = 500
MOST_TAGS = 1_000_000
MOST_EPISODES = 10_000
MOST_LISTED = 300
Element = etree._Element
Tags = dict[tuple[str, str], list[Element]]


class FeedRefused(Exception):
    """A document that is not a podcast feed, or one that is not safe to read."""


def parse_feed(content: bytes) -> Feed:
    """Facts of a feed; raises FeedRefused when nothing in it can be trusted."""
    notes: list[Problem] = []
    root = _parse_xml(content, notes)
    channel = _channel(root)
    items = [_tags(e) for e in (*channel.get(ITEM, ()), *_tags(root).get(ITEM, ()))]
    if len(items) > MOST_EPISODES:
        raise FeedRefused(f"The feed lists more than {MOST_EPISODES:,} episodes; it was not read.")
    dates, enclosures, title = _common_facts(channel, items)
    released = sorted(filter(None, dates), reverse=True)
    if len(released) < len(items):
        missing = len(items) - len(released)
        notes.append(Problem("no_date", f"{missing} of {len(items)} episodes have no date."))
    if not items:
        notes.append(Problem("no_episodes", "The feed has no episodes."))
    return Feed(
        title=title,
        author=_text(_first(channel, ITUNES, "author")) or _text(_first(channel, "", "author")),
        guid=_text(_first(channel, PODCAST, "guid")),
        medium=_text(_first(channel, PODCAST, "medium")),
        languages=_languages(channel, notes),
        explicit=_explicit(channel, notes),
        explicit_episodes=sum(_explicit(item, []) is True for item in items),
        episodes=len(items),
        released=tuple(released),
        transcribed_episodes=sum(_has_transcript(item) for item in items),
        enclosures=enclosures,
        locked=_yes_no(_first(channel, PODCAST, "locked")),
        blocks=_blocks(channel),
        license=_text(_first(channel, PODCAST, "license")),
        ai_content=tuple(_ai_content(channel)),
        problems=tuple(notes),
        owner=_owner(channel),
        moved_to=_text(_first(channel, ITUNES, "new-feed-url")),
        listed=tuple(
            _episode(item, date)
            for item, date in zip(items[:MOST_LISTED], dates[:MOST_LISTED], strict=True)
        ),
    )


def _parse_xml(content: bytes, notes: list[Problem]) -> Element:
    content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not content:
        raise FeedRefused("The address answers with an empty document.")
    if content.count(b"<") > MOST_TAGS:
        raise FeedRefused(f"The feed has more than {MOST_TAGS:,} tags, so it was not read.")
    # Entities stay unread, and libxml2 itself stops at documents that blow up.
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise FeedRefused("The address answers with something that is not XML.")
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        raise FeedRefused(
            "The feed declares XML entities, which can hide attacks, so it was not read."
        )
    if parser.error_log.filter_from_fatals():
        notes.append(Problem("not_well_formed", "The feed is broken XML; parts may be missing."))
    return root


def _channel(root: Element) -> Tags:
    name = _name(str(root.tag))[1]
    if name == "feed":
        raise FeedRefused("The address answers with an Atom feed; podcasts use RSS.")
    if name == "html":
        raise FeedRefused("The address answers with a web page, not with a podcast feed.")
    channel = _first(_tags(root), "", "channel")
    if name not in {"rss", "rdf"} or channel is None:
        raise FeedRefused("The address answers with XML that is not a podcast feed.")
    return _tags(channel)


def _tags(parent: Element) -> Tags:
    """Children of an element by kind and lower-case name, in their order."""
    found: Tags = {}
    for child in parent:
        if isinstance(child.tag, str):
            found.setdefault(_name(child.tag), []).append(child)
    return found


@functools.lru_cache(maxsize=4096)
def _name(tag: str) -> tuple[str, str]:
    """Kind and lower-case name of a tag; a prefix that was never declared counts as declared."""
    space, brace, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    local = local.lower()
    if not brace:
        prefix, _, rest = local.rpartition(":")
        return prefix, rest
    space = space.strip().lower().removeprefix("https://").removeprefix("http://")
    space = space.rstrip("/")
    return ("" if space.endswith("/rss/1.0") else NAMESPACES.get(space, space)), local


def _first(tags: Tags, kind: str, name: str) -> Element | None:
    return next(iter(tags.get((kind, name), ())), None)


def _text(element: Element | None) -> str | None:
    if element is None:
        return None
    try:
        text = CONTROL.sub(" ", "".join(str(part) for part in element.itertext()))
    except UnicodeDecodeError:  # libxml2 lets references to half characters (&#xD800;) through.
        return None
    return " ".join(text.split())[:LONGEST] or None


def _attribute(element: Element, name: str) -> str:
    try:
        found = next((str(v) for k, v in element.attrib.items() if str(k).lower() == name), "")
    except UnicodeDecodeError:
        return ""
    return CONTROL.sub(" ", found).strip()


def _yes_no(element: Element | None) -> bool | None:
    return YES_NO.get((_text(element) or "").lower())


def _explicit(tags: Tags, notes: list[Problem]) -> bool | None:
    said = [text.lower() for e in tags.get((ITUNES, "explicit"), ()) if (text := _text(e))]
    unreadable = [text for text in said if text not in EXPLICIT]
    if unreadable:
        notes.append(
            Problem(
                "explicit_unreadable",
                f"The show says {unreadable[0][:40]!r} for explicit, neither yes nor no.",
            )
        )
    read = {EXPLICIT[text] for text in said if text in EXPLICIT}
    if len(read) == 2:
        notes.append(Problem("explicit_twice", "The show says both yes and no for explicit."))
    return max(read, default=None)


def _languages(channel: Tags, notes: list[Problem]) -> tuple[str, ...]:
    found = [
        text for e in channel.get(("", "language"), ()) for text in (_text(e) or "").split(",")
    ]
    tags = [text.strip().replace("_", "-") for text in found if text.strip()]
    notes.extend(
        Problem("language_unreadable", f"{tag[:40]!r} is not a language code.")
        for tag in tags
        if not LANGUAGE.match(tag)
    )
    return tuple(dict.fromkeys(tag for tag in tags if LANGUAGE.match(tag)))


def _has_transcript(item: Tags) -> bool:
    return any(_attribute(e, "url") for e in item.get((PODCAST, "transcript"), ()))


def _blocks(channel: Tags) -> dict[str, bool]:
    blocks: dict[str, bool] = {}
    for element in channel.get((PODCAST, "block"), ()):
        says = _yes_no(element)
        slug = _attribute(element, "id").lower()
        if says is not None:
            # The own "no" of a platform wins over its own "yes", in whichever order they stand.
            blocks[slug] = says if slug not in blocks else blocks[slug] and says
    return blocks


def _owner(channel: Tags) -> str | None:
    """Who owns the show: the e-mail of itunes:owner, else the name."""
    owner = _first(channel, ITUNES, "owner")
    if owner is None:
        return None
    inside = _tags(owner)
    return _text(_first(inside, ITUNES, "email")) or _text(_first(inside, ITUNES, "name"))


def _episode(item: Tags, released: str) -> Episode:
    title = _text(_first(item, "", "title")) or ""
    enclosure = _first(item, "", "enclosure")
    file = _attribute(enclosure, "url") if enclosure is not None else ""
    return Episode(
        key=(_text(_first(item, "", "guid")) or file or title)[:LONGEST],
        title=title,
        explicit=_explicit(item, []),
        transcript=_has_transcript(item),
        disclosure=" ".join(_ai_content(item))[:LONGEST],
        released=released,
    )


def _ai_content(channel: Tags) -> Iterable[str]:
    for element in channel.get((PODCAST, "txt"), ()):
        if _attribute(element, "purpose").lower() == "ai-content" and (text := _text(element)):
            yield text


def _common_facts(channel: Tags, items: list[Tags]) -> tuple[list[str], int, str | None]:
    """Date of each item or "", number of enclosures and title, by feedparser.

    It gets only the few tags it reads best, so that neither liveItem nor broken markup
    elsewhere can reach them.
    """
    rss = etree.Element("rss", version="2.0")
    copy = etree.SubElement(rss, "channel")
    _copy(_first(channel, "", "title"), copy, "title")
    for item in items:
        entry = etree.SubElement(copy, "item")
        date = _first(item, "", "pubdate")
        _copy(date if date is not None else _first(item, DUBLIN_CORE, "date"), entry, "pubDate")
        _copy(_first(item, "", "enclosure"), entry, "enclosure")
    parsed: Any = feedparser.parse(
        etree.tostring(rss, encoding="utf-8"), sanitize_html=False, resolve_relative_uris=False
    )
    dates = [_moment(entry.get("published_parsed")) or "" for entry in parsed.entries]
    enclosures = sum(bool(entry.get("enclosures")) for entry in parsed.entries)
    title = " ".join(str(parsed.feed.get("title", "")).split())[:LONGEST]
    return dates, enclosures, title or None


def _moment(parsed: Any) -> str | None:
    """A UTC time as feedparser gives it, as ISO 8601; None for what no calendar has."""
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC).isoformat()
    except (TypeError, ValueError, OverflowError):
        return None


def _copy(source: Element | None, target: Element, name: str) -> None:
    if source is not None:
        copy = etree.SubElement(target, name)
        copy.text = _text(source)
        for key in ("url", "type", "length"):
            if value := _attribute(source, key):
                copy.set(key, value)
