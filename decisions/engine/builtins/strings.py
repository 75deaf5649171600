"""Built-ins on texts; positions count characters (code points) from 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decisions.engine.builtins.signatures import builtin
from decisions.engine.limits import check_list_size, check_string_size
from decisions.engine.numbers import Number
from decisions.engine.problems import Site
from decisions.engine.regex import Pattern, PatternError, translate
from decisions.engine.regex_replacement import replacement
from decisions.engine.run import FREE_CHARACTERS, Run
from decisions.engine.values import show


@builtin("substring", "string: string, start position: number, length: number?", "string")
def substring(
    run: Run, site: Site, text: str, start: Number, length: Number | None = None
) -> str | None:
    if len(text) > FREE_CHARACTERS:
        run.spend_text(len(text))
    first = int(start)
    count = len(text) if length is None else int(length)
    if first == 0 or abs(first) > len(text) + (first > 0) or (length is not None and count < 1):
        run.report(
            site,
            "string.position",
            f"substring has no result from position {show(start)} "
            f"in a text of {len(text)} characters.",
            "Positions count from 1, or from -1 at the end.",
            "warning",
        )
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin : begin + count]


@builtin("string length", "string: string", "number")
def string_length(run: Run, site: Site, text: str) -> int:
    return len(text)


@builtin("upper case", "string: string", "string")
def upper_case(run: Run, site: Site, text: str) -> str:
    if len(text) > FREE_CHARACTERS:
        run.spend_text(len(text))
    return text.upper()


@builtin("lower case", "string: string", "string")
def lower_case(run: Run, site: Site, text: str) -> str:
    if len(text) > FREE_CHARACTERS:
        run.spend_text(len(text))
    return text.lower()


@builtin("substring before", "string: string, match: string", "string")
def substring_before(run: Run, site: Site, text: str, match: str) -> str:
    if len(text) > FREE_CHARACTERS:
        run.spend_text(len(text))
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string", "string")
def substring_after(run: Run, site: Site, text: str, match: str) -> str:
    if len(text) > FREE_CHARACTERS:
        run.spend_text(len(text))
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string, match: string", "boolean")
def contains(run: Run, site: Site, text: str, match: str) -> bool:
    if len(text) > FREE_CHARACTERS:
        run.spend_text(len(text))
    return match in text


@builtin("starts with", "string: string, match: string", "boolean")
def starts_with(run: Run, site: Site, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with", "string: string, match: string", "boolean")
def ends_with(run: Run, site: Site, text: str, match: str) -> bool:
    return text.endswith(match)


def _with_pattern(
    run: Run,
    site: Site,
    text: str,
    pattern: str,
    flags: str,
    use: Callable[[Pattern], Any],
    *,
    cuts: bool = False,
) -> Any:
    """Use a pattern; one that `cuts` must not match the empty text (F&O 3.1, FORX0003)."""
    try:
        translated = translate(pattern, flags)
        if cuts and translated.compiled.search(""):
            raise PatternError("The pattern matches an empty text, so it stands everywhere.")
        run.spend(translated.check_subject(text))
        return use(translated)
    except PatternError as error:
        run.report(site, "string.pattern", str(error), f'The pattern is "{pattern[:60]}".')
        return None


@builtin("matches", "input: string, pattern: string, flags: string|null?", "boolean")
def matches(run: Run, site: Site, text: str, pattern: str, flags: str | None = None) -> bool | None:
    found: bool | None = _with_pattern(
        run, site, text, pattern, flags or "", lambda p: p.compiled.search(text) is not None
    )
    return found


@builtin(
    "replace", "input: string, pattern: string, replacement: string, flags: string|null?", "string"
)
def replace(
    run: Run, site: Site, text: str, pattern: str, by: str, flags: str | None = None
) -> str | None:
    def substitute(translated: Pattern) -> str:
        groups = translated.compiled.groups
        parts = [by] if "q" in (flags or "") else replacement(by, groups)
        count = sum(1 for _ in translated.compiled.finditer(text))
        run.spend(3 * count)
        longest = sum(len(part) if isinstance(part, str) else len(text) for part in parts)
        most = len(text) + count * min(longest, len(text) + len(by))
        check_string_size(most)
        run.spend_text(most)
        return translated.compiled.sub(
            lambda match: "".join(
                part if isinstance(part, str) else match[part] or "" for part in parts
            ),
            text,
        )

    result: str | None = _with_pattern(run, site, text, pattern, flags or "", substitute, cuts=True)
    return result


@builtin("split", "string: string, delimiter: string", "list")
def split(run: Run, site: Site, text: str, delimiter: str) -> list[str] | None:
    def cut(translated: Pattern) -> list[str]:
        pieces, last = [], 0
        for match in translated.compiled.finditer(text):
            pieces.append(text[last : match.start()])
            last = match.end()
        check_list_size(len(pieces) + 1)
        run.spend(len(pieces))
        return [*pieces, text[last:]]

    result: list[str] | None = _with_pattern(run, site, text, delimiter, "", cut, cuts=True)
    return result


@builtin("string join", "list: list, delimiter: string|null?", "string")
def string_join(run: Run, site: Site, items: list[Any], delimiter: str | None = None) -> str | None:
    texts = [item for item in items if item is not None]
    if any(type(text) is not str for text in texts):
        run.report(
            site,
            "call.argument",
            "string join takes a list of texts only.",
            "Use string(...) on the items.",
        )
        return None
    run.spend(len(texts))
    size = sum(map(len, texts)) + len(texts) * len(delimiter or "")
    check_string_size(size)
    run.spend_text(size)
    return (delimiter or "").join(texts)
