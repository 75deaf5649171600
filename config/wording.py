"""How numbers, times, values and rules read in words; pure functions used by the template tags."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import formats, timezone

from decisions.enums import SettledBy
from decisions.services import settlement, watching

NBSP = "\N{NO-BREAK SPACE}"
CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥"}


def number(value: Any) -> str:
    """Thousands with a comma, decimals as they are: 12480 → 12,480."""
    if value is None or value == "":
        return ""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return f"{exact:,f}" if exact.is_finite() else str(value)


def share(value: Any, places: int = 1) -> str:
    """A share of one as per cent: 0.721 → 72.1 %."""
    if value is None or value == "":
        return ""
    percent = Decimal(str(value)) * 100
    rounded = percent.quantize(Decimal(1).scaleb(-places))
    return f"{rounded:,f}{NBSP}%"


def money(amount: Any, currency: str = "", *, short: bool = False) -> str:
    """€18,500.00 in records; `short` leaves out the cents when there are none."""
    if amount is None or amount == "":
        return ""
    exact = Decimal(str(amount))
    digits = f"{exact:,.0f}" if short and exact == exact.to_integral_value() else f"{exact:,.2f}"
    sign = CURRENCY_SIGNS.get(currency)
    return f"{sign}{digits}" if sign else f"{currency}{NBSP}{digits}".strip(NBSP)


def rough_money(amount: Any, currency: str = "") -> str:
    """A sum where there is little room: €1.4 m, €142 k, and below ten thousand as it is."""
    exact = Decimal(str(amount))
    for unit, sign in ((Decimal(10**6), "m"), (Decimal(10**3), "k")):
        if abs(exact) >= max(unit, Decimal(10**4)):
            scaled = exact / unit
            places = 1 if abs(scaled) < 100 and sign == "m" else 0
            prefix = CURRENCY_SIGNS.get(currency) or (f"{currency}{NBSP}" if currency else "")
            return f"{prefix}{scaled:,.{places}f}{NBSP}{sign}"
    return money(exact, currency, short=True)


def duration(seconds: float | timedelta) -> str:
    """The two largest units: 1 h 12 min, 48 min, 12 s, 3 d 4 h."""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    whole = int(abs(seconds))
    if whole < 60:
        return f"{whole}{NBSP}s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours}{NBSP}h" + (f" {minutes}{NBSP}min" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days}{NBSP}d" + (f" {hours}{NBSP}h" if hours and days < 10 else "")


def moment(at: datetime, style: str = "list", *, now: datetime | None = None) -> str:
    """A time in words.

    `list`: 10:41 today, 23 Nov, 10:41 this year, else 23 Nov 2025. `seconds`: 10:36:02, with the
    day unless today. `full`: 23 November 2026, 10:41. `exact`: to the millisecond. `day`: 23 Nov.
    `date`: 23 November 2026.
    """
    local = timezone.localtime(at)
    today = timezone.localtime(now) if now else None
    same_day = today is not None and local.date() == today.date()
    same_year = today is not None and local.year == today.year
    if style == "exact":
        clock = f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
        return clock if same_day else f"{formats.date_format(local, 'j M')}, {clock}"
    if style == "seconds":
        clock = f"{local:%H:%M:%S}"
        return clock if same_day else f"{formats.date_format(local, 'j M')}, {clock}"
    if style == "full":
        return formats.date_format(local, "j F Y, H:i")
    if style == "date":
        return formats.date_format(local, "j F Y")
    if style == "day":
        return formats.date_format(local, "j M" if same_year else "j M Y")
    if same_day:
        return f"{local:%H:%M}"
    return formats.date_format(local, "j M, H:i" if same_year else "j M Y")


def ago(at: datetime, *, now: datetime) -> str:
    """12 s ago, 48 min ago; from an hour on the time itself."""
    passed = (now - at).total_seconds()
    return f"{duration(passed)} ago" if 0 <= passed < 3600 else moment(at, now=now)


def fact(value: Any) -> str:
    """One fact on one line, in words of people: lists with commas, null as unknown."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, date):
        return moment(value, "full") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Mapping):
        return "; ".join(f"{label(key)} {fact(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(fact(part) for part in value) if value else "none"
    return str(value)


def label(name: Any) -> str:
    """A field name as people read it: audience_share_21_plus → audience share 21 plus."""
    return re.sub(r"[_\s]+", " ", str(name)).strip()


_BECAUSE = re.compile(r"^[A-Z][\w’' ]{2,60}? because ")


# What the rules said does not count here, so neither do their reasons.
WITHHELD = {
    settlement.STOPPED: "The model was stopped, so a person decides",
    watching.REASON: "A guardrail forbids what the rules said, so a person decides",
}


def reason_of(decision: Any) -> str:
    """The sentence that answers why: what the rules wrote, a problem, or the reason codes.

    A person's reasons are codes of the queue; the rules' sentence tells only what rules settled.
    """
    if decision.failed and decision.problems and decision.settled_by != SettledBy.PERSON:
        return f"Could not decide: {decision.problems[0]['message']}"
    if decision.settled_by != SettledBy.PERSON:
        for code in decision.reasons:
            if code == watching.REASON and decision.problems:
                return str(decision.problems[0]["message"])
            if code in WITHHELD:
                return WITHHELD[code]
    reasons = (decision.outputs or {}).get("reasons") or []
    told = [str(reason["text"]) for reason in reasons if reason.get("text")]
    if told and decision.settled_by != SettledBy.PERSON:
        return told[0]
    return ", ".join(code_in_words(code) for code in decision.reasons)


def short_reason_of(decision: Any) -> str:
    """The same for a list: without the outcome, which stands beside it."""
    text = _BECAUSE.sub("", reason_of(decision))
    return text[:1].upper() + text[1:].removesuffix(".")


def code_in_words(code: str) -> str:
    """AUDIENCE_21PLUS → Audience 21plus."""
    return label(code.lower()).capitalize()


_COMPOSED = re.compile(r'^"([^"]{3,})"\s*\+')


def output_text(text: str) -> str:
    """What a row gives, without the quotes of FEEL; null as nothing, composed text by its start."""
    text = (text or "").strip()
    if composed := _COMPOSED.match(text):
        return f"{composed[1].strip()} …"
    return "" if text in {"null", "-"} else _value(text)


_COMPARISONS = (
    (">=", "{} or more"),
    ("<=", "{} or less"),
    ("!=", "not {}"),
    (">", "over {}"),
    ("<", "under {}"),
    ("=", "{}"),
)
_RANGE = re.compile(r"^([\[\](])\s*([^,\[\]()]+?)\s*\.\.\s*([^,\[\]()]+?)\s*([\])\[])$")
_INCLUDES = re.compile(r'^list contains\(\s*\?\s*,\s*("[^"]*"|[\w.]+)\s*\)$')
_NOT = re.compile(r"^not\s*\((.*)\)$", re.DOTALL)


def rule_text(text: str) -> str:
    """A simple FEEL test in words, anything richer unchanged: `>= 0.25` → 0.25 or more."""
    text = (text or "").strip()
    if text in {"", "-"}:
        return "any"
    if text in {"null", "count(?) = 0"}:
        return "unknown" if text == "null" else "none"
    if inner := _INCLUDES.match(text):
        return f"includes {_value(inner[1])}"
    if inner := _NOT.match(text):
        return f"not {rule_text(inner[1])}"
    parts = _parts(text)
    if len(parts) > 1:
        return ", ".join(rule_text(part) for part in parts)
    if span := _RANGE.match(text):
        low, high = ("over " if span[1] != "[" else ""), ("under " if span[4] != "]" else "")
        return f"{low}{_value(span[2])} to {high}{_value(span[3])}"
    for sign, words in _COMPARISONS:
        if text.startswith(sign):
            return words.format(_value(text[len(sign) :]))
    return _value(text)


def _value(text: str) -> str:
    text = text.strip()
    plain = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', text)
    return plain[1].replace('\\"', '"') if plain else text


def _parts(text: str) -> list[str]:
    """Split at the commas that stand outside of quotes and brackets."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, sign in enumerate(text):
        if sign == '"' and text[place - 1 : place] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (sign in "([{") - (sign in ")]}")
            if sign == "," and depth == 0:
                parts.append(text[start:place].strip())
                start = place + 1
    return [*parts, text[start:].strip()]
