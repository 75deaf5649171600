"""A podcast feed as read: everything that does not depend on today's date."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the feed that could not be read as its author meant it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode as the feed lists it; `key` is its guid, else its file or title."""

    key: str
    title: str
    explicit: bool | None = None
    transcript: bool = False
    disclosure: str = ""
    released: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """Facts of one feed. Unknown is None, never a guess.

    `released` holds one UTC time per episode with a readable date (ISO 8601), newest first;
    `blocks` maps a platform's slug, or "" for all platforms, to True (blocked) or False.
    `listed` are the first episodes in their order, `moved_to` the address the show says it has now.
    """

    title: str | None = None
    author: str | None = None
    guid: str | None = None
    medium: str | None = None
    languages: tuple[str, ...] = ()
    explicit: bool | None = None
    explicit_episodes: int = 0
    episodes: int = 0
    released: tuple[str, ...] = ()
    transcribed_episodes: int = 0
    enclosures: int = 0
    locked: bool | None = None
    blocks: dict[str, bool] = field(default_factory=dict)
    license: str | None = None
    ai_content: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    owner: str | None = None
    moved_to: str | None = None
    listed: tuple[Episode, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Feed":
        lists = ("languages", "released", "ai_content")
        return cls(
            **{
                **stored,
                **{name: tuple(stored[name]) for name in lists},
                "problems": tuple(Problem(**problem) for problem in stored["problems"]),
                "listed": tuple(Episode(**episode) for episode in stored.get("listed", ())),
            }
        )
