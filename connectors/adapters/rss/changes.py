"""What became different: a feed against its earlier self, and against what Spotify shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.adapters.rss.feed import Episode, Feed

TAKES = timedelta(hours=24)  # Spotify reads feeds in its own time; a day is no drift.
COMPARED = 20
MOST = 50
YES_NO = {True: "yes", False: "no", None: "nothing"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in a sentence; with `alert` somebody should know of it."""

    code: str
    text: str
    alert: bool = True


def changes_between(before: Feed, after: Feed) -> list[Change]:
    """What the feed says otherwise than before; an old episode that fell off its end is none."""
    found = [*_channel_changes(before, after), *_episode_changes(before, after)]
    return found[:MOST]


def differences_to_spotify(
    feed: Feed, show: Mapping[str, Any], episodes: Iterable[Mapping[str, Any]], *, now: datetime
) -> list[Change]:
    """Where Spotify shows another thing than the feed says. Fields that are missing say nothing.

    Spotify's explicit "no" may mean that it does not know (Web API reference), so only a show
    that calls itself explicit is compared with it.
    """
    found: list[Change] = []
    explicit = show.get("explicit")
    if explicit is True and feed.explicit is False:
        found.append(_spotify("explicit", "Spotify shows it as explicit, the feed says it is not."))
    if explicit is False and feed.explicit is True:
        text = "The feed says explicit, and Spotify does not show it as explicit."
        found.append(_spotify("explicit", text))
    name = _text(show.get("name"))
    if name and feed.title and _plain(name) != _plain(feed.title):
        found.append(_spotify("title", f"Spotify calls it “{name}”, the feed “{feed.title}”."))
    found += _language_difference(feed, show)
    return [*found, *_missing_episodes(feed, episodes, now=now)][:MOST]


def broken_expectations(expects: Mapping[str, Any], feed: Feed) -> list[str]:
    """What a decision expected of the feed that it no longer says: explicit, guids, language."""
    broken: list[str] = []
    if expects.get("explicit") is not None and expects["explicit"] != feed.explicit:
        broken.append("explicit")
    language = _text(expects.get("language"))
    if language and feed.languages and _tongue(language) not in map(_tongue, feed.languages):
        broken.append("language")
    listed = {episode.key for episode in feed.listed}
    whole = feed.episodes == len(feed.listed)
    guids = expects.get("guids")
    if whole and isinstance(guids, list) and not set(map(str, guids)) <= listed:
        broken.append("episode")
    return broken


def _channel_changes(before: Feed, after: Feed) -> Iterable[Change]:
    if before.explicit != after.explicit:
        was, says = YES_NO[before.explicit], YES_NO[after.explicit]
        yield Change("explicit", f"Explicit said {was} and says {says} now.")
    for code, word in (("title", "Title"), ("owner", "Owner"), ("author", "Author")):
        was, says = getattr(before, code), getattr(after, code)
        if was != says:
            yield Change(code, f"{word} was {_quoted(was)} and is {_quoted(says)} now.")
    if set(before.languages) != set(after.languages):
        was, says = ", ".join(before.languages) or "none", ", ".join(after.languages) or "none"
        yield Change("language", f"Language was {was} and is {says} now.")
    if set(before.ai_content) - set(after.ai_content):
        yield Change("disclosure_gone", "The show no longer says what was made with AI.")
    if after.moved_to and after.moved_to != before.moved_to:
        yield Change("moved", f"The feed says that it moves to {after.moved_to}.")


def _episode_changes(before: Feed, after: Feed) -> Iterable[Change]:
    was = {one.key: one for one in before.listed}
    now = {one.key: one for one in after.listed}
    kept = [n for n, one in enumerate(before.listed) if one.key in now]
    for number, one in enumerate(before.listed):
        # A feed that keeps its newest episodes alone loses the oldest: nobody took those out.
        fell_off = bool(kept) and number > kept[-1] and len(now) >= len(was)
        if one.key not in now and not fell_off:
            yield Change("episode_removed", f"“{_name(one)}” is gone from the feed.")
    for one in after.listed:
        earlier = was.get(one.key)
        if earlier is None:
            yield Change("episode_added", f"“{_name(one)}” is new.", alert=False)
        else:
            yield from _one_episode(earlier, one)


def _one_episode(before: Episode, after: Episode) -> Iterable[Change]:
    if before.explicit != after.explicit:
        was, says = YES_NO[before.explicit], YES_NO[after.explicit]
        text = f"“{_name(after)}”: explicit said {was} and says {says} now."
        yield Change("episode_explicit", text)
    if before.transcript and not after.transcript:
        yield Change("transcript_gone", f"“{_name(after)}” lost its transcript.")
    if before.disclosure and not after.disclosure:
        text = f"“{_name(after)}” no longer says what was made with AI."
        yield Change("disclosure_gone", text)


def _language_difference(feed: Feed, show: Mapping[str, Any]) -> list[Change]:
    languages = show.get("languages")
    theirs = (
        [one for one in languages if isinstance(one, str)] if isinstance(languages, list) else []
    )
    if not theirs or not feed.languages:
        return []
    if {_tongue(one) for one in theirs} & {_tongue(one) for one in feed.languages}:
        return []
    shown, said = ", ".join(theirs), ", ".join(feed.languages)
    text = f"Spotify shows {shown}, the feed {said}."
    return [_spotify("language", text)]


def _missing_episodes(
    feed: Feed, episodes: Iterable[Mapping[str, Any]], *, now: datetime
) -> Iterable[Change]:
    names = {_plain(name) for one in episodes if (name := _text(one.get("name")))}
    if not names:
        return
    for one in feed.listed[:COMPARED]:
        if not one.title or not one.released or _plain(one.title) in names:
            continue
        if datetime.fromisoformat(one.released) <= now - TAKES:
            yield _spotify("episode_missing", f"“{_name(one)}” is not on Spotify.")


def _spotify(code: str, text: str) -> Change:
    return Change(f"spotify_{code}", text)


def _quoted(text: str | None) -> str:
    return f"“{text}”" if text else "empty"


def _name(episode: Episode) -> str:
    return (episode.title or episode.key)[:120]


def _text(value: Any) -> str:
    return value[:500] if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _tongue(tag: str) -> str:
    return tag.partition("-")[0].lower()
