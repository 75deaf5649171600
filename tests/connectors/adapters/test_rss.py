"""Reading podcast feeds: our own feeds by every spelling, saved real feeds by hand-read facts."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.adapters.rss import Feed, FeedRefused, facts_of, parse_feed

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FEEDS = Path(__file__).parent.parent / "feeds"
ROOT = Path(__file__).resolve().parents[3]
SAVED = Path(os.environ.get("CLEARANCE_SHARED") or ROOT.parent / "shared") / "spotify/data/rss"


def rss(inside: str, *, prolog: str = "") -> bytes:
    return f'{prolog}<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def test_every_spelling_is_read():
    feed = parse_feed((FEEDS / "riverbend.xml").read_bytes())
    assert facts_of(feed, now=NOW) == {
        "title": "Riverbend Evenings",
        "author": "Riverbend Audio",
        "guid": "3f0a6c0e-1111-5222-8333-444455556666",
        "medium": None,
        "explicit": True,
        "explicit_episodes": 2,
        "languages": ["en-GB", "cy"],
        "episodes": 5,
        # 25 August 12:00 UTC is exactly 90 days ago and counts; one second earlier does not.
        "episodes_last_90d": 2,
        "last_release_date": "2026-11-23",
        "transcript_coverage": 0.2,
        "locked": True,
        "blocked_platforms": ["waveform"],
        "blocked_everywhere": True,
        "blocks_spotify": False,
        "license": "riverbend-1",
        "ai_content": ["Intro music written by a model."],
        "problems": ["1 of 5 episodes have no date."],
    }


def test_undeclared_prefixes_and_unreadable_values_are_unknown():
    facts = facts_of(parse_feed((FEEDS / "undeclared.xml").read_bytes()), now=NOW)
    assert facts["explicit"] is None
    assert facts["languages"] == []
    assert facts["locked"] is False
    assert facts["last_release_date"] == "2026-11-02"
    assert facts["problems"] == [
        "The feed is broken XML; parts may be missing.",
        "'Klingon!' is not a language code.",
        "The show says 'maybe' for explicit, neither yes nor no.",
    ]


@pytest.mark.parametrize(
    ("said", "explicit"),
    [
        ("true", True),
        ("Yes", True),
        ("explicit", True),
        ("FALSE", False),
        ("no", False),
        ("clean", False),
        ("", None),
    ],
)
def test_explicit_is_read_in_every_form(said, explicit):
    feed = parse_feed(rss(f"<itunes:explicit>{said}</itunes:explicit>"))
    assert feed.explicit is explicit


def test_contradicting_explicit_counts_as_explicit_and_is_a_problem():
    said = "<itunes:explicit>no</itunes:explicit><itunes:explicit>yes</itunes:explicit>"
    feed = parse_feed(rss(said + "<item><pubDate>Mon, 02 Nov 2026 06:00:00 GMT</pubDate></item>"))
    assert feed.explicit is True
    assert [problem.code for problem in feed.problems] == ["explicit_twice"]


@pytest.mark.parametrize(
    ("blocks", "blocked"),
    [
        ("", False),
        ("<podcast:block>yes</podcast:block>", True),
        ("<podcast:block>no</podcast:block>", False),
        ('<podcast:block id="spotify">yes</podcast:block>', True),
        ('<podcast:block id="other">yes</podcast:block>', False),
        (
            '<podcast:block>yes</podcast:block><podcast:block id="spotify">no</podcast:block>',
            False,
        ),
        (
            '<podcast:block>no</podcast:block><podcast:block id="spotify">yes</podcast:block>',
            True,
        ),
        (
            '<podcast:block id="spotify">yes</podcast:block>'
            '<podcast:block id="spotify">no</podcast:block>',
            False,
        ),
    ],
)
def test_block_of_the_platform_wins_over_the_block_of_all(blocks, blocked):
    assert facts_of(parse_feed(rss(blocks)), now=NOW)["blocks_spotify"] is blocked


def test_facts_follow_the_time_asked_for():
    item = "<item><pubDate>Mon, 02 Nov 2026 06:00:00 GMT</pubDate></item>"
    feed = parse_feed(rss(item))
    counts = [
        facts_of(feed, now=NOW + timedelta(days=days))["episodes_last_90d"]
        for days in (-30, 0, 68, 69)
    ]
    assert counts == [0, 1, 1, 0]


def test_feed_without_dates_has_an_unknown_count():
    facts = facts_of(parse_feed(rss("<item><title>x</title></item>")), now=NOW)
    assert (facts["episodes_last_90d"], facts["last_release_date"]) == (None, None)


def test_feed_without_episodes_has_an_unknown_coverage():
    facts = facts_of(parse_feed(rss("<title>x</title>")), now=NOW)
    assert facts["transcript_coverage"] is None
    assert facts["problems"] == ["The feed has no episodes."]


def test_feed_that_breaks_off_is_read_with_a_problem():
    whole = rss("<item><pubDate>Mon, 02 Nov 2026 06:00:00 GMT</pubDate></item>")
    feed = parse_feed(whole[:-20])
    assert feed.episodes == 1
    assert [problem.code for problem in feed.problems] == ["not_well_formed"]


def test_stored_feed_is_the_same_after_reading_back():
    feed = parse_feed((FEEDS / "riverbend.xml").read_bytes())
    assert Feed.from_json(feed.to_json()) == feed


LAUGH = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(10))


@pytest.mark.parametrize(
    "content",
    [
        rss("<title>&a9;</title>", prolog=f"<!DOCTYPE rss [{LAUGH}]>"),
        rss('<title x="&a9;">y</title>', prolog=f"<!-- <rss> --><!DOCTYPE rss [{LAUGH}]>"),
        rss("<title>&x;</title>", prolog='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hosts">]>'),
        rss("<title/>", prolog='<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]>'),
        ('<?xml version="1.0" encoding="utf-16"?>' + f"<!DOCTYPE rss [{LAUGH}]><rss/>").encode(
            "utf-16"
        ),
        b'<?xml version="1.0" encoding="utf-7"?>'
        + f"<!DOCTYPE rss [{LAUGH}]><rss/>".encode("utf-7"),
    ],
)
def test_entities_are_refused(content):
    with pytest.raises(FeedRefused):
        parse_feed(content)


def test_document_type_without_entities_is_read():
    prolog = '<!DOCTYPE rss PUBLIC "-//X//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd">'
    assert parse_feed(rss("<title>Old show</title>", prolog=prolog)).title == "Old show"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b'{"error": "not found"}', "not XML"),
        (bytes(range(256)), "not XML"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "web page"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "Atom"),
        (b"<opml><body/></opml>", "not a podcast feed"),
        (b"<rss/>", "not a podcast feed"),
        (b"<rss><channel>" + b"<a/>" * 1_000_001, "tags"),
        (rss("<item/>" * 10_001), "episodes"),
    ],
)
def test_other_documents_are_refused_by_name(content, words):
    with pytest.raises(FeedRefused, match=words):
        parse_feed(content)


# Read by eye from the saved files: title, explicit, episodes, newest day, transcripts, locked,
# blocks Spotify, problems.
READ_BY_HAND = {
    "1865": ("1865", False, 61, "2021-11-03", 0.0, None, False, 0),
    "changing-the-tide": ("Changing the Tide", False, 15, "2022-02-21", 0.0, None, False, 0),
    "dk-podcast": (
        "Langsam gesprochene Nachrichten | Audios | DW Deutsch lernen",
        False,
        59,
        "2022-03-18",
        0.0,
        None,
        False,
        0,
    ),
    "homegrown-hits": ("Homegrown Hits", True, 4, "2023-09-28", 0.0, None, False, 0),
    "launched": ("Launched", False, 36, "2021-05-18", 0.0, True, False, 0),
    "no-agenda": ("No Agenda", True, 29, "2021-10-24", 1.0, True, False, 1),
    "pc20rss": ("Podcasting 2.0", False, 56, "2021-10-08", 0.8393, True, False, 0),
    "podcast-namespace-example": (
        "Podcasting 2.0 Namespace Example",
        False,
        3,
        "2020-10-09",
        1.0,
        True,
        True,
        0,
    ),
    "podverse-test-feed": ("Podverse - Test Feed", None, 5, "2022-05-29", 0.0, None, False, 0),
    "sentimental-garbage": ("Sentimental Garbage", True, 138, "2023-08-05", 0.0, None, False, 0),
    "themnshow": ("The Mike Neumann Show", None, 54, "2024-09-14", 1.0, False, True, 0),
}


@pytest.mark.parametrize("name", READ_BY_HAND)
def test_saved_feed_is_read_as_a_person_reads_it(name):
    path = SAVED / f"{name}.xml"
    if not path.is_file():
        pytest.skip(f"The saved feeds are not here ({SAVED}); set CLEARANCE_SHARED.")
    facts = facts_of(parse_feed(path.read_bytes()), now=NOW)
    assert (
        facts["title"],
        facts["explicit"],
        facts["episodes"],
        facts["last_release_date"],
        facts["transcript_coverage"],
        facts["locked"],
        facts["blocks_spotify"],
        len(facts["problems"]),
    ) == READ_BY_HAND[name]


@pytest.mark.parametrize("reference", ["&#xD800;", "&#0;", "&#x1;", "&#xFFFF;", "\x01"])
def test_characters_that_do_not_exist_spoil_one_text_and_not_the_feed(reference):
    inside = (
        f"<title>A{reference}B</title><language>en</language>"
        f'<item><enclosure url="x{reference}"/></item>'
    )
    feed = parse_feed(rss(inside))
    assert feed.languages == ("en",)
    assert feed.episodes == 1
    assert feed.title in {None, "A B", "AB"}
