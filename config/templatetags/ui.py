"""The small parts of every page: assets, icons, outcomes, stamps, people, times, numbers."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from config import wording
from config.assets import asset_url, icon_url
from decisions.enums import ActorKind, Outcome

register = template.Library()

TINTS = ("", "avatar--b", "avatar--c", "avatar--d", "avatar--e")
MARKS = ("approve", "reject", "route", "review", "failed", "none")
ACTOR_ICONS = {
    ActorKind.RULES: "cog",
    ActorKind.TIMETABLE: "timer",
    ActorKind.CONNECTOR: "plug-zap",
    ActorKind.API_KEY: "key-round",
    ActorKind.SYSTEM: "settings",
}


@register.simple_tag
def asset(name: str) -> str:
    """{% asset "app.css" %}: the address of a built file."""
    return asset_url(name)


@register.simple_tag
def icon(name: str, tone: str = "", label: str = "") -> SafeString:
    """{% icon "search" "sm muted" %}: a lucide icon; with a label it speaks, else it is silent.

    `tone` holds words: `sm` and `lg` are sizes, the rest are classes.
    """
    classes = ["icon", *(f"icon--{w}" if w in {"sm", "lg"} else w for w in tone.split())]
    return _svg(" ".join(classes), icon_url(name), label)


@register.simple_tag
def mark(kind: str, tone: str = "", label: str = "") -> SafeString:
    """{% mark "approve" %}: the shape of an outcome, of a failed evaluation, or of nothing yet."""
    kind = kind if kind in MARKS else "none"
    classes = f"mark mark--{kind}" + (f" mark--{tone}" if tone else "")
    return _svg(classes, f"{asset_url('sprite.svg')}#m-{kind}", label)


def _svg(classes: str, url: str, label: str) -> SafeString:
    voice = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html('<svg class="{}" {}><use href="{}"/></svg>', classes, mark_safe(voice), url)  # noqa: S308


@register.simple_tag
def outcome(kind: str, *, tint: bool = False, failed: bool = False, word: str = "") -> SafeString:
    """{% outcome decision.outcome tint=True word=destination %}: mark and word, one way everywhere.

    A failed evaluation keeps its triangle until a person settles it.
    """
    kind = str(kind)
    waits_after_failure = failed and kind == Outcome.REVIEW
    known = dict(Outcome.choices).get(kind, "Not decided yet")
    text = "Failed, in review" if waits_after_failure else word or known
    shape = mark("failed" if waits_after_failure else kind)
    classes = f"outcome outcome--{kind}" + (" outcome--tint" if tint else "")
    return format_html('<span class="{}">{}<span>{}</span></span>', classes, shape, text)


@register.simple_tag
def stamp(version: Any) -> SafeString:
    """{% stamp version %}: number and six characters of the content hash."""
    if version is None:
        return SafeString("")
    return format_html(
        '<span class="stamp">v{} <code>{}</code></span>',
        version.number,
        str(version.content_hash)[:6],
    )


@register.simple_tag
def avatar(person: Any, size: str = "") -> SafeString:
    """{% avatar user %}: initials in a circle; the tint follows from the name."""
    name = str(person)
    words = name.split()
    initials = getattr(person, "initials", "") or "".join(w[:1] for w in words[:2]).upper()
    shade = TINTS[sum(map(ord, name)) % len(TINTS)]
    classes = " ".join(filter(None, ["avatar", shade, f"avatar--{size}" if size else ""]))
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials)


@register.simple_tag
def actor(kind: str, name: str = "") -> SafeString:
    """{% actor event.actor_kind event.actor_name %}: people have initials, machines an icon."""
    if kind == ActorKind.PERSON:
        badge = avatar(name or "?")
    else:
        badge = format_html(
            '<span class="avatar avatar--rule" aria-hidden="true">{}</span>',
            icon(ACTOR_ICONS.get(ActorKind(kind), "settings")),
        )
    return format_html('<span class="who">{}{}</span>', badge, name or ActorKind(kind).label)


@register.simple_tag(takes_context=True)
def when(context: Mapping[str, Any], at: datetime | None, style: str = "list") -> SafeString:
    """{% when decision.settled_at "full" %}: a <time>; styles as in `config.wording.moment`."""
    if at is None:
        return SafeString("")
    now = context.get("now")
    text = (
        wording.ago(at, now=now) if style == "ago" and now else wording.moment(at, style, now=now)
    )
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), wording.moment(at, "full"), text
    )


@register.simple_tag
def spark(values: Sequence[float]) -> SafeString:
    """{% spark health.by_hour %}: a line through the values; the number beside it says the same."""
    if len(values) < 2 or not any(values):
        return SafeString("")
    top, step = max(values), 56 / (len(values) - 1)
    points = [
        f"{index * step:.1f} {19 - 17 * value / top:.1f}" for index, value in enumerate(values)
    ]
    line = "M" + " L".join(points)
    x, y = points[-1].split()
    return format_html(
        '<svg class="spark" viewBox="0 0 56 20" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="area" d="{} L56 20 L0 20 Z"/><path d="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        line,
        line,
        x,
        y,
    )


@register.inclusion_tag("partials/_sla.html", takes_context=True)
def sla(
    context: Mapping[str, Any],
    due: datetime | None,
    opened: datetime | None = None,
    *,
    paused: bool = False,
    block: bool = False,
) -> dict[str, Any]:
    """{% sla item.due_at item.opened_at %}: used time as a bar, and always words."""
    now = context.get("now")
    if due is None or now is None:
        return {"state": "none"}
    left = (due - now).total_seconds()
    whole = (due - opened).total_seconds() if opened else 0
    used = min(1.0, max(0.0, 1 - left / whole)) if whole > 0 else (1.0 if left < 0 else 0.0)
    state = "paused" if paused else "late" if left < 0 else "tight" if used >= 0.75 else "ok"
    words = f"{wording.duration(left)} {'late' if left < 0 else 'left'}"
    return {
        "state": state,
        "words": "Paused" if paused else words,
        "width": f"{(1.0 if left < 0 else used) * 100:.0f}%" if opened or left < 0 else "",
        "block": block,
        "due": due,
        "now": now,
    }


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: Any) -> str:
    """{% query before=cursor after=None %}: the address's query with parts changed or dropped."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag
def control(field: BoundField, size: str = "") -> SafeString:
    """{% control form.email "lg" %}: the widget of a form field in our dress.

    Django itself ties hint and error to it (aria-describedby, aria-invalid).
    """
    boxed = field.widget_type not in {"checkbox", "radioselect", "checkboxselectmultiple"}
    classes = "input" + (f" input--{size}" if size else "")
    return field.as_widget(attrs={"class": classes} if boxed else None)


@register.filter
def json_view(value: Any) -> SafeString:
    """JSON with its keys, texts and numbers marked, for the viewer."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    pieces = re.split(r'("(?:[^"\\]|\\.)*"(?:\s*:)?|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)', text)
    return format_html_join(
        "", "{}", ((_marked(piece) if place % 2 else piece,) for place, piece in enumerate(pieces))
    )


def _marked(piece: str) -> SafeString:
    kind = "k" if piece.endswith(":") else "s" if piece.startswith('"') else "n"
    return format_html('<span class="{}">{}</span>', kind, piece)


@register.filter
def breakable(code: str) -> SafeString:
    """A long code that may break after its underscores."""
    return mark_safe(conditional_escape(code).replace("_", "_<wbr>"))  # noqa: S308


register.filter("number", wording.number)
register.filter("share", wording.share)
register.filter("duration", wording.duration)
register.filter("fact", wording.fact)
register.filter("label", wording.label)
register.filter("rule_text", wording.rule_text)
register.filter("then_text", wording.output_text)


@register.filter
def money(amount: Any, currency: str = "") -> str:
    """{{ submission.amount|money:submission.currency }}: €18,500.00."""
    return wording.money(amount, currency)


@register.filter
def sum_of(amount: Any, currency: str = "") -> str:
    """{{ submission.amount|sum_of:submission.currency }}: €18,500, cents only if any."""
    return wording.money(amount, currency, short=True)


@register.filter
def rough_sum(amount: Any, currency: str = "") -> str:
    """{{ sum|rough_sum:currency }}: €1.4 m."""
    return wording.rough_money(amount, currency)


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:
    """{{ people|at:decision.pk }}: the value of a mapping, or nothing."""
    return mapping.get(key, "")


@register.filter
def destination(decision: Any) -> str:
    """Where a routed decision went, as the word of its outcome; nothing for other outcomes."""
    routed = decision.outcome == Outcome.ROUTE
    return wording.label(decision.destination).capitalize() if routed else ""


register.filter("why", wording.reason_of)
register.filter("why_short", wording.short_reason_of)
