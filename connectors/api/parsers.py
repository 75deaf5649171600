"""Reads JSON strictly: what two readers could understand differently does not get in."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

MOST_BYTES = 1024 * 1024
MOST_DRAINED = 16 * MOST_BYTES
PIECE = 64 * 1024
DEEPEST = 50
DIGITS = 34  # What FEEL numbers carry.
EXPONENT = 300
LINES = "application/x-ndjson"


class BodyRefused(APIException):
    """A body that cannot be read; `where` is the place in it, as a JSON pointer or a byte."""

    status_code = 400
    default_code = "body_refused"

    def __init__(self, code: str, message: str, *, hint: str, where: str = "") -> None:
        super().__init__(message, code=code)
        self.where = where
        self.hint = hint


class BodyTooLarge(BodyRefused):
    status_code = 413


class StrictJSONParser(BaseParser):
    """One JSON value in UTF-8, at most 1 MiB."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        content = read_body(stream)
        if parser_context is not None:
            parser_context["content"] = content
        return read_json(content)


class StrictLinesParser(BaseParser):
    """One JSON value a line (NDJSON); a line that cannot be read is named by its number."""

    media_type = LINES

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        content = read_body(stream)
        if parser_context is not None:
            parser_context["content"] = content
        return read_lines(content)


def read_body(stream: Any) -> bytes:
    """The whole body, or BodyTooLarge as soon as it is clear that there is more."""
    content: bytes = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        drain(stream)
        raise BodyTooLarge(
            "body_too_large",
            "The body is larger than 1 MiB, so nothing of it was stored.",
            hint="Send less at once: up to 1 MiB a request, as a batch of fewer submissions.",
        )
    return content


def drain(stream: Any) -> None:
    """Read the rest of a body and drop it, up to a limit.

    A server that answers before a client has sent everything leaves bytes on the connection,
    and the client sees a broken line instead of the answer.
    """
    for _ in range(MOST_DRAINED // PIECE):
        if not stream.read(PIECE):
            return


def read_lines(content: bytes) -> list[Any]:
    """One value for each line that is not empty; BodyRefused stands for one that is refused."""
    values: list[Any] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            try:
                values.append(read_json(line, what="line"))
            except BodyRefused as refused:
                refused.where = f"line {number}" + (f", {refused.where}" if refused.where else "")
                values.append(refused)
    return values


def read_json(content: bytes, *, what: str = "body") -> Any:
    """Value of a JSON text; raises BodyRefused with what is wrong, where, and what to do."""
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise BodyRefused(
            "not_utf8",
            f"The {what} is not UTF-8: byte {error.start + 1} cannot be read.",
            hint="Encode the JSON as UTF-8.",
            where=f"byte {error.start + 1}",
        ) from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_number,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        place = f"column {error.colno}"
        if what == "body":
            place = f"line {error.lineno}, {place}"
        raise BodyRefused(
            "not_json",
            f"The {what} is not JSON: {error.msg.removesuffix(' starting at')} at {place}.",
            hint="Send one JSON value, checked with any JSON tool.",
            where=place,
        ) from None
    except RecursionError:
        _too_deep("")
    for where, depth, part in _parts(value):
        if depth >= DEEPEST and isinstance(part, dict | list):
            _too_deep(where)
        if isinstance(part, str):
            _check_text(part, where)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BodyRefused(
            "duplicate_key",
            f"The field {_shown(twice)} stands twice in one object, so its value is not clear.",
            hint="Send each field once.",
            where=_shown(twice),
        )
    return found


def _number(text: str) -> float:
    outside = f"is out of range (up to {EXPONENT} digits before or after the point)"
    try:
        exact = Decimal(text)
    except InvalidOperation:  # Its exponent alone is longer than Decimal can hold.
        _refuse_number(text, outside)
    if exact and abs(exact.adjusted()) > EXPONENT:
        _refuse_number(text, outside)
    value = float(text)
    # Not Decimal.normalize(): it rounds to its context before anybody counts.
    digits = text.lower().partition("e")[0].lstrip("-").replace(".", "").strip("0")
    if len(digits) > 15 and Decimal(repr(value)) != exact:
        _refuse_number(text, "has more digits than can be kept exactly (15)")
    return value


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS:
        _refuse_number(text, f"has more than {DIGITS} digits")
    return int(text)


def _constant(text: str) -> NoReturn:
    raise BodyRefused(
        "not_a_number",
        f"{text} is not a JSON value.",
        hint="Send a number, or null when it is unknown.",
        where=text,
    )


def _refuse_number(text: str, problem: str) -> NoReturn:
    raise BodyRefused(
        "number_out_of_range",
        f"The number {text[:40]}{'…' if len(text) > 40 else ''} {problem}.",
        hint="Send a shorter number, or send it as text if it is an identifier.",
        where=text[:40],
    )


def _too_deep(where: str) -> NoReturn:
    raise BodyRefused(
        "too_deep",
        f"The body nests more than {DEEPEST} levels deep.",
        hint="Send flatter JSON.",
        where=where,
    )


# Lone surrogates are no characters; NUL is one that no database keeps.
UNKEPT = re.compile("[\x00\ud800-\udfff]")


def _check_text(text: str, where: str) -> None:
    found = UNKEPT.search(text)
    if found is None:
        return
    nul = found[0] == "\x00"
    raise BodyRefused(
        "nul_character" if nul else "lone_surrogate",
        "A text holds the character NUL." if nul else "A text holds half of a surrogate pair.",
        hint="Remove the character and send the text again.",
        where=where,
    )


def _parts(value: Any) -> Iterator[tuple[str, int, Any]]:
    """Every value and every key with its JSON pointer and depth, without recursion."""
    waiting = [("", 0, value)]
    while waiting:
        where, depth, part = waiting.pop()
        yield where, depth, part
        if isinstance(part, dict):
            for key, inner in part.items():
                yield f"{where}/{_shown(key)}", depth, key
                waiting.append((f"{where}/{_shown(key)}", depth + 1, inner))
        elif isinstance(part, list):
            waiting += [(f"{where}/{n}", depth + 1, inner) for n, inner in enumerate(part)]


def _shown(key: str) -> str:
    """A key in a JSON pointer, cut and safe to print."""
    escaped = key.replace("~", "~0").replace("/", "~1")
    return UNKEPT.sub("\ufffd", escaped[:60])
