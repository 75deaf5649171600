"""The methods of java.lang.String; characters are counted as FEEL does, by code point."""

from __future__ import annotations

from typing import Any

from decisions.engine.builtins.external import JavaError, java
from decisions.engine.builtins.java_format import double_text, format_text, text_of
from decisions.engine.limits import check_string_size

STRING = "java.lang.String"
_TEXT = "java.lang.String"
_CHARS = "java.lang.CharSequence"


@java(STRING, "format(java.lang.String, [Ljava.lang.Object;)")
def formatted(pattern: str, arguments: list[Any]) -> str:
    return format_text(pattern, arguments)


@java(
    STRING,
    "valueOf(java.lang.Object)",
    "valueOf(int)",
    "valueOf(long)",
    "valueOf(boolean)",
    "valueOf(char)",
)
def value_of(value: Any) -> str:
    return text_of(value)


java(STRING, "valueOf(double)", "valueOf(float)")(double_text)


@java(STRING, "join(java.lang.CharSequence, [Ljava.lang.Object;)")
def joined(delimiter: str, parts: list[Any]) -> str:
    texts = [text_of(part) for part in parts]
    check_string_size(sum(map(len, texts)) + len(delimiter) * len(texts))
    return delimiter.join(texts)


@java(STRING, ".length()")
def length(text: str) -> int:
    return len(text)


@java(STRING, ".isEmpty()")
def is_empty(text: str) -> bool:
    return not text


@java(STRING, ".isBlank()")
def is_blank(text: str) -> bool:
    return not text.strip()


@java(STRING, ".toUpperCase()")
def upper(text: str) -> str:
    return text.upper()


@java(STRING, ".toLowerCase()")
def lower(text: str) -> str:
    return text.lower()


@java(STRING, ".trim()")
def trimmed(text: str) -> str:
    return text.strip("".join(map(chr, range(33))))


@java(STRING, ".strip()")
def stripped(text: str) -> str:
    return text.strip()


@java(STRING, ".substring(int)")
def substring_from(text: str, start: int) -> str:
    return substring(text, start, len(text))


@java(STRING, ".substring(int, int)")
def substring(text: str, start: int, end: int) -> str:
    if not 0 <= start <= end <= len(text):
        raise JavaError(f"There is no part {start} to {end} in a text of {len(text)} characters.")
    return text[start:end]


@java(STRING, ".charAt(int)")
def character_at(text: str, place: int) -> str:
    if not 0 <= place < len(text):
        raise JavaError(f"There is no character {place} in a text of {len(text)} characters.")
    return text[place]


@java(STRING, f".indexOf({_TEXT})")
def index_of(text: str, part: str) -> int:
    return text.find(part)


@java(STRING, f".lastIndexOf({_TEXT})")
def last_index_of(text: str, part: str) -> int:
    return text.rfind(part)


@java(STRING, f".contains({_CHARS})")
def contains(text: str, part: str) -> bool:
    return part in text


@java(STRING, f".startsWith({_TEXT})")
def starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


@java(STRING, f".endsWith({_TEXT})")
def ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


@java(STRING, f".replace({_CHARS}, {_CHARS})", ".replace(char, char)")
def replaced(text: str, part: str, by: str) -> str:
    places = text.count(part)
    check_string_size(len(text) + places * (len(by) - len(part)))
    return text.replace(part, by)


@java(STRING, f".concat({_TEXT})")
def concatenated(text: str, other: str) -> str:
    return text + other


@java(STRING, ".repeat(int)")
def repeated(text: str, times: int) -> str:
    if times < 0:
        raise JavaError(f"A text cannot be repeated {times} times.")
    check_string_size(len(text) * times)
    return text * times


@java(STRING, ".equals(java.lang.Object)")
def equals(text: str, other: Any) -> bool:
    return type(other) is str and text == other


@java(STRING, f".equalsIgnoreCase({_TEXT})")
def equals_in_any_case(text: str, other: str) -> bool:
    return text.lower() == other.lower() or text.upper() == other.upper()


@java(STRING, f".compareTo({_TEXT})")
def compared(text: str, other: str) -> int:
    differing = ((a, b) for a, b in zip(text, other, strict=False) if a != b)
    first = next(differing, None)
    return len(text) - len(other) if first is None else ord(first[0]) - ord(first[1])
