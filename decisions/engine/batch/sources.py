"""Reads columns of facts as callers have them: lists, numpy arrays, Arrow columns and tables.

A column is opened block by block as one of three: numbers as an array, codes that stand for a few
values, or the items themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from decisions.engine.problems import Invalid

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers of 64 bits or floats; `nulls` tells which items are null."""

    array: NDArray[Any]
    nulls: Flags | None = None

    def item(self, place: int) -> Any:
        """Give one fact as Python's."""
        return None if self.nulls is not None and self.nulls[place] else self.array[place].item()


@dataclass(frozen=True, slots=True)
class Coded:
    """Every item by its place in a list of values; a code below 0 stands for null."""

    codes: NDArray[Any]
    values: Sequence[Any]

    def item(self, place: int) -> Any:
        """Give one fact as Python's."""
        code = int(self.codes[place])
        return None if code < 0 else self.values[code]


@dataclass(frozen=True, slots=True)
class Items:
    """The facts as they are."""

    values: Sequence[Any]

    def item(self, place: int) -> Any:
        """Give one fact."""
        return self.values[place]


Block = Numbers | Coded | Items


class Source(Protocol):
    """A whole column, which opens part after part."""

    def __len__(self) -> int: ...

    def open(self, start: int, end: int) -> Block:
        """Open the items from `start` on and before `end`."""


def sources_of(columns: Any) -> dict[str, Source]:
    """Read a mapping of names to columns, or an Arrow table.

    Raises Invalid for anything else, and for columns of unlike length.
    """
    if not isinstance(columns, Mapping):
        if not (hasattr(columns, "column_names") and hasattr(columns, "column")):
            raise Invalid("The columns must be a mapping of names to columns, or an Arrow table.")
        columns = {name: columns.column(name) for name in columns.column_names}
    sources = {name: _source(name, column) for name, column in columns.items()}
    lengths = {name: len(source) for name, source in sources.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f'"{name}" has {length}' for name, length in lengths.items())
        raise Invalid(f"All columns must be of one length: {said}.")
    return sources


def _source(name: str, column: Any) -> Source:
    if isinstance(column, list | tuple):
        return _Listed(column)
    if isinstance(column, np.ma.MaskedArray):
        return _Listed(column.tolist())
    if isinstance(column, np.ndarray) and column.ndim == 1:
        return _Array(column)
    if hasattr(column, "combine_chunks"):
        column = column.combine_chunks()
    if hasattr(column, "slice") and hasattr(column, "null_count"):
        # Some versions leave chunks where there are none or too many to join.
        chunked = hasattr(column, "combine_chunks")
        return _Listed(column.to_pylist()) if chunked else _Arrow(column)
    if hasattr(column, "to_pylist"):
        return _Listed(column.to_pylist())
    if hasattr(column, "to_numpy"):
        return _source(name, np.asarray(column.to_numpy()))
    raise Invalid(f'The column "{name}" must be a list or an array of one dimension.')


class _Listed:
    """A column of Python objects."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def open(self, start: int, end: int) -> Block:
        return Items(self.values[start:end])


class _Array:
    """A column of numpy's."""

    def __init__(self, array: NDArray[Any]) -> None:
        if array.dtype.kind in "Mm" and np.datetime_data(array.dtype)[0] in ("ns", "ps", "fs"):
            # What Python cannot hold would come out as a bare number.
            array = array.astype(f"{array.dtype.kind}8[us]")
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def open(self, start: int, end: int) -> Block:
        part = self.array[start:end]
        known = _numbers(part)
        if known is not None:
            return known
        if part.dtype.kind == "b":
            return Coded(part.view(np.int8), (False, True))
        if part.dtype == "M8[D]":
            days, codes = np.unique(part, return_inverse=True)
            return Coded(codes, days.tolist())
        return Items(part.tolist())


def _numbers(part: NDArray[Any], nulls: Flags | None = None) -> Numbers | None:
    """Give an array of numbers in one of two forms, or None where neither holds them all."""
    if part.dtype.kind in "iu" and part.dtype != np.uint64:
        return Numbers(part.astype(np.int64, copy=False), nulls)
    if part.dtype.kind == "f" and part.dtype.itemsize <= 8:
        return Numbers(part.astype(np.float64, copy=False), nulls)
    return None


class _Arrow:
    """A column of Arrow's, known by what it can do; Arrow itself is not needed here."""

    def __init__(self, column: Any) -> None:
        self.column = column
        self.kind = str(column.type)

    def __len__(self) -> int:
        return len(self.column)

    def open(self, start: int, end: int) -> Block:
        part = self.column.slice(start, end - start)
        if self.kind in _NUMBERS:
            nulls = None
            if part.null_count:
                nulls = part.is_null().to_numpy(zero_copy_only=False)
                part = part.fill_null(0)
            found = _numbers(part.to_numpy(zero_copy_only=False), nulls)
            if found is not None:
                return found
        if self.kind == "bool" and not part.null_count:
            return Coded(part.to_numpy(zero_copy_only=False).view(np.int8), (False, True))
        if self.kind.startswith("dictionary<"):
            return _coded(part)
        return _coded(part.dictionary_encode()) if self.kind in _CODED else Items(part.to_pylist())


_NUMBERS = frozenset(
    {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float", "double"}
)
_CODED = frozenset({"string", "large_string", "bool", "date32[day]"})


def _coded(part: Any) -> Coded:
    codes = part.indices
    if codes.null_count:
        codes = codes.cast("int64").fill_null(-1)
    return Coded(codes.to_numpy(zero_copy_only=False), part.dictionary.to_pylist())
