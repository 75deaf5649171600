"""The tags every page is built from."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory

from config import assets

NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)
TEMPLATES = Path(settings.BASE_DIR) / "templates"


def render(text, **context):
    return Template(text).render(Context({"now": NOW, **context}))


def test_asset_leads_to_a_built_file_with_a_hash():
    url = render('{% asset "app.css" %}')
    assert re.fullmatch(r"/static/app-[0-9A-Z]{8}\.css", url)
    assert (Path(settings.BASE_DIR) / "build" / url.removeprefix("/")).is_file()


def test_asset_that_was_never_built_names_what_exists():
    with pytest.raises(
        ImproperlyConfigured, match=r"no file “app\.png”\. Known: app\.css, app\.js"
    ):
        render('{% asset "app.png" %}')


def test_missing_build_says_what_to_run(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"python3 manage\.py up"):
        assets.asset_url("app.css")


def test_icon_is_silent_beside_text_and_speaks_alone():
    silent = render('{% icon "search" "sm muted" %}')
    assert 'class="icon icon--sm muted" aria-hidden="true"' in silent
    assert "#i-search" in silent
    assert 'role="img" aria-label="Search"' in render('{% icon "search" "" "Search" %}')


def test_icon_that_is_not_in_the_sprite_is_refused():
    with pytest.raises(ImproperlyConfigured, match=r"no icon “unicorn”\. Add it to static/icons"):
        render('{% icon "unicorn" %}')


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.name)
def test_templates_compile_and_name_only_icons_and_assets_there_are(path):
    get_template(str(path.relative_to(TEMPLATES)))
    text = path.read_text()
    for name in re.findall(r'{%-? icon "([^"]+)"', text):
        assets.icon_url(name)
    for name in re.findall(r'{%-? asset "([^"]+)"', text):
        assets.asset_url(name)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.name)
def test_templates_hold_no_inline_script_or_style(path):
    text = path.read_text()
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert scripts == []
    assert re.findall(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|\shx-on", text) == []


@pytest.mark.parametrize(
    ("call", "shape", "word"),
    [
        ('{% outcome "approve" %}', "m-approve", "Approved"),
        ('{% outcome "reject" tint=True %}', "m-reject", "Rejected"),
        ('{% outcome "route" word="Ad operations" %}', "m-route", "Ad operations"),
        ('{% outcome "review" failed=True %}', "m-failed", "Failed, in review"),
        ('{% outcome "approve" failed=True %}', "m-approve", "Approved"),
        ('{% outcome "" %}', "m-none", "Not decided yet"),
    ],
)
def test_outcome_is_a_shape_and_a_word(call, shape, word):
    html = render(call)
    assert f"#{shape}" in html
    assert f"<span>{word}</span>" in html


def test_stamp_is_number_and_hash():
    version = SimpleNamespace(number=14, content_hash="9f3a1c07be55")
    html = render("{% stamp v %}", v=version)
    assert html == '<span class="stamp">v14 <code>9f3a1c</code></span>'
    assert render("{% stamp v %}", v=None) == ""


def test_actor_shows_people_by_initials_and_machines_by_an_icon():
    assert ">DO</span>Dana Okafor" in render('{% actor "person" "Dana Okafor" %}')
    assert "#i-cog" in render('{% actor "rules" "Rules" %}')


def test_names_are_escaped():
    html = render('{% actor "person" name %}', name="<b>x</b> y")
    assert "<b>" not in html


def test_when_is_a_time_element_with_the_full_moment():
    html = render("{% when at %}", at=NOW - timedelta(days=1))
    assert 'datetime="2026-11-22T10:42:00+00:00"' in html
    assert 'title="22 November 2026, 10:42"' in html
    assert ">22 Nov, 10:42<" in html
    assert render("{% when at %}", at=None) == ""


@pytest.mark.parametrize(
    ("due", "opened", "state", "words"),
    [
        (60, -60, "ok", "1 h left"),
        (30, -210, "tight", "30 min left"),
        (-72, -240, "late", "1 h 12 min late"),
        (60, None, "ok", "1 h left"),
    ],
)
def test_sla_says_what_is_left(due, opened, state, words):
    begin = NOW + timedelta(minutes=opened) if opened is not None else None
    html = render("{% sla due begin %}", due=NOW + timedelta(minutes=due), begin=begin)
    assert f"sla--{state}" in html
    assert words in html.replace("\N{NO-BREAK SPACE}", " ")
    assert ("<rect" in html) == (opened is not None)


def test_query_changes_parts_and_keeps_the_rest():
    request = RequestFactory().get("/", {"q": "night bus", "before": "x"})
    assert (
        render("{% query after='y' before=None %}", request=request) == "?q=night+bus&amp;after=y"
    )


def test_json_view_marks_and_escapes():
    html = render("{{ value|json_view }}", value={"<k>": "a: <1>", "n": [1, -2.5, None]})
    assert '<span class="k">&quot;&lt;k&gt;&quot;:</span>' in html
    assert '<span class="s">&quot;a: &lt;1&gt;&quot;</span>' in html
    assert '<span class="n">-2.5</span>' in html


def test_breakable_codes_break_after_underscores_only():
    assert render("{{ code|breakable }}", code="A_<B>") == "A_<wbr>&lt;B&gt;"
