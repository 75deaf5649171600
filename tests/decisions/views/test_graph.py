"""The picture of the path: nothing overlaps, everything flows to the right, large models fit."""

from decisions.views.graph import HEIGHT, WIDTH, graph_of


def entry(name, *requires):
    return {"id": name.lower().replace(" ", "_"), "name": name, "requires": list(requires)}


SMALL = [entry("A", "x", "y"), entry("B", "x"), entry("End", "A", "B")]


def draw(entries, decisive="A", **options):
    given = {"notes": {}, "labels": {}, "asked": set(), **options}
    return graph_of(entries, decisive=decisive, **given)


def test_small_model_is_drawn_whole():
    graph = draw(SMALL)
    assert {node.title for node in graph.nodes} == {"x", "y", "A", "B", "End"}
    assert not graph.partial
    assert len(graph.edges) == 5


def test_path_from_the_decisive_decision_to_the_end_is_hot():
    graph = draw(SMALL)
    assert {node.title for node in graph.nodes if node.hot} == {"A", "End"}
    assert sum(edge.hot for edge in graph.edges) == 1


def test_whatever_is_read_stands_left_of_its_reader():
    graph = draw(SMALL)
    x = {node.title: node.x for node in graph.nodes}
    for reader in SMALL:
        assert all(x[source] + WIDTH < x[reader["name"]] for source in reader["requires"])


def test_nodes_never_overlap_and_stay_inside():
    wide = [*(entry(f"D{n}", "x") for n in range(9)), entry("End", *(f"D{n}" for n in range(9)))]
    graph = draw(wide, decisive="D4")
    spots = [(node.x, node.y) for node in graph.nodes]
    for place, (x, y) in enumerate(spots):
        assert 0 <= x <= graph.width - WIDTH
        assert 0 <= y <= graph.height - HEIGHT
        for other_x, other_y in spots[:place]:
            assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT


def test_large_model_shows_the_path_what_it_asked_and_what_spoke():
    names = [f"D{n}" for n in range(30)]
    large = [*(entry(n, "x", "y") for n in names), entry("End", *names)]
    options = {"notes": {"D7": "row 2 matched", "D8": "no row matched"}, "asked": {"x"}}
    graph = draw(large, decisive="D3", **options)
    assert {node.title for node in graph.nodes} == {"x", "D3", "D7", "End"}
    assert graph.partial
    assert graph.total == 31
    whole = draw(large, decisive="D3", everything=True, **options)
    assert {node.title for node in whole.nodes} == {*names, "End"}
    assert not whole.partial


def test_circle_ends_the_walk():
    graph = draw([entry("A", "B"), entry("B", "A")])
    assert {node.title for node in graph.nodes} == {"A", "B"}


def test_long_names_are_cut_and_kept_in_the_title():
    name = "Audience minimums of every market"
    (node,) = draw([entry(name)], decisive=name).nodes
    assert node.name == "Audience minimums…"
    assert node.title == name
