"""Places the decisions of one evaluation on a plane, from inputs on the left to the outcome."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 148, 46
GAP_X, GAP_Y, MARGIN = 30, 14, 14
MOST_SHOWN = 14
MOST_LETTERS = 18


@dataclass(frozen=True)
class Node:
    """A box or pill; `href` leads to what explains it, on the page or elsewhere."""

    name: str
    title: str
    note: str
    x: int
    y: int
    hot: bool
    is_input: bool
    href: str

    width = WIDTH
    height = HEIGHT

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def text_x(self) -> int:
        return self.x + 12

    @property
    def name_y(self) -> int:
        return self.y + 19

    @property
    def note_y(self) -> int:
        return self.y + 35


@dataclass(frozen=True)
class Edge:
    path: str
    hot: bool


@dataclass(frozen=True)
class Graph:
    nodes: list[Node]
    edges: list[Edge]
    width: int
    height: int
    total: int

    @property
    def partial(self) -> bool:
        """Whether decisions are left out."""
        return sum(not node.is_input for node in self.nodes) < self.total


def graph_of(
    entries: Iterable[Mapping[str, Any]],
    *,
    notes: Mapping[str, str],
    labels: Mapping[str, str],
    decisive: str,
    asked: set[str],
    everything: bool = False,
    pages: Mapping[str, str] | None = None,
) -> Graph:
    """Draw the evaluated decisions in `entries` (with id, name and requires).

    `notes` go under the names; `labels` are what people call inputs.

    The path from the `decisive` decision to the end is hot. A large model shows that path, what
    the decisive rows `asked` for, and what else found something; with `everything` it shows all
    decisions and leaves the inputs out. A node leads to its part of the page, or to its page where
    `pages` names one.
    """
    requires = {entry["name"]: list(entry["requires"]) for entry in entries}
    leads = {entry["name"]: f"#d-{entry['id']}" for entry in entries} | {**(pages or {})}
    hot = _consumers(decisive, requires) if decisive in requires else set()
    shown = _chosen(requires, hot, asked, notes, everything)
    layers = _layers(shown, requires)
    places = _places(layers, requires)
    nodes = [
        Node(
            name=_short(labels.get(name, name)),
            title=labels.get(name, name),
            note=_short(notes.get(name, "")),
            x=x,
            y=y,
            hot=name in hot,
            is_input=name not in requires,
            href=leads.get(name, "#h-facts"),
        )
        for name, (x, y) in places.items()
    ]
    edges = [
        Edge(_path(places[source], places[name]), hot=name in hot and source in hot | {decisive})
        for name in places
        for source in requires.get(name, ())
        if source in places
    ]
    edges.sort(key=lambda edge: edge.hot)
    return Graph(
        nodes,
        edges,
        width=max((x for x, _ in places.values()), default=0) + WIDTH + MARGIN,
        height=max((y for _, y in places.values()), default=0) + HEIGHT + MARGIN,
        total=len(requires),
    )


def _consumers(name: str, requires: Mapping[str, list[str]]) -> set[str]:
    """The decision itself and all that read it, directly or not."""
    found, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += [other for other, needed in requires.items() if current in needed]
    return found


def _chosen(
    requires: Mapping[str, list[str]],
    hot: set[str],
    asked: set[str],
    notes: Mapping[str, str],
    everything: bool,
) -> set[str]:
    every = set(requires) | {name for names in requires.values() for name in names}
    if len(every) <= MOST_SHOWN:
        return every
    if everything or not hot:
        return set(requires)
    feeding = {source for name in hot for source in requires[name] if source in requires}
    speaking = {name for name in feeding if notes.get(name, "").startswith("row")}
    return hot | asked | speaking


def _layers(shown: set[str], requires: Mapping[str, list[str]]) -> list[list[str]]:
    """Every node right of all it reads (longest path)."""
    depth: dict[str, int] = {}

    def of(name: str, path: tuple[str, ...] = ()) -> int:
        if name not in depth:
            sources = [s for s in requires.get(name, ()) if s in shown and s not in path]
            depth[name] = 1 + max((of(s, (*path, name)) for s in sources), default=-1)
        return depth[name]

    layers: list[list[str]] = []
    for name in [*(n for n in requires if n in shown), *sorted(shown - set(requires))]:
        while len(layers) <= of(name):
            layers.append([])
        layers[of(name)].append(name)
    return layers


def _places(
    layers: list[list[str]], requires: Mapping[str, list[str]]
) -> dict[str, tuple[int, int]]:
    """Order each layer by the middle of what it reads and is read by, then stack it, centred."""
    rank = {name: float(place) for layer in layers for place, name in enumerate(layer)}
    for forward in (True, False, True, False, True):
        for layer in layers if forward else layers[::-1]:
            layer.sort(key=lambda name: _middle(name, requires, rank, forward))
            rank.update({name: float(place) for place, name in enumerate(layer)})
    tallest = max((len(layer) for layer in layers), default=0)
    step = HEIGHT + GAP_Y
    return {
        name: (
            MARGIN + column * (WIDTH + GAP_X),
            MARGIN + (tallest - len(layer)) * step // 2 + place * step,
        )
        for column, layer in enumerate(layers)
        for place, name in enumerate(layer)
    }


def _middle(
    name: str, requires: Mapping[str, list[str]], rank: Mapping[str, float], forward: bool
) -> float:
    near = (
        [source for source in requires.get(name, ()) if source in rank]
        if forward
        else [other for other in rank if name in requires.get(other, ())]
    )
    return sum(rank[other] for other in near) / len(near) if near else rank[name]


def _path(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = end[0], end[1] + HEIGHT // 2
    bend = max(24, (x2 - x1) // 2)
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"
