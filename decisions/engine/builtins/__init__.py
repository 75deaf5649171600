"""The built-in functions of FEEL (DMN 1.5 §10.3.4), one file per argument type."""

from __future__ import annotations

from decisions.engine.builtins import (
    boolean,
    context,
    conversion,
    lists,
    numeric,
    ranges,
    strings,
    temporal,
)
from decisions.engine.builtins.signatures import gather
from decisions.engine.calls import Builtin
from decisions.engine.feel.names import Names

BUILTINS: dict[str, Builtin] = gather(
    boolean, context, conversion, lists, numeric, ranges, strings, temporal
)
BUILTIN_NAMES = Names(BUILTINS)
"""The outermost scope of every text; nothing is added to it."""
