"""Built-ins on contexts."""

from __future__ import annotations

from typing import Any

from decisions.engine.builtins.signatures import builtin
from decisions.engine.problems import Site
from decisions.engine.run import Run

_Context = dict[str, Any]


@builtin("get value", "m: context, key: string")
def get_value(run: Run, site: Site, context: _Context, key: str) -> Any:
    return context.get(key)


@builtin("get entries", "m: context", "list")
def get_entries(run: Run, site: Site, context: _Context) -> list[_Context]:
    run.spend(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list", "context")
def context_from(run: Run, site: Site, entries: list[Any]) -> _Context | None:
    run.spend(len(entries))
    built: _Context = {}
    for entry in entries:
        key = entry.get("key") if type(entry) is dict else None
        if type(key) is not str or "value" not in entry or key in built:
            run.report(
                site,
                "call.argument",
                "context takes a list of {key: text, value: ...}, each key once.",
            )
            return None
        built[key] = entry["value"]
    return built


@builtin("context put", "context: context, key: string, value: any|null", "context")
@builtin("context put", "context: context, keys: list, value: any|null", "context")
def context_put(
    run: Run, site: Site, context: _Context, key: str | list[Any], value: Any
) -> _Context | None:
    run.spend(len(context))
    path = [key] if isinstance(key, str) else key
    if not path or any(type(part) is not str for part in path):
        run.report(
            site, "call.argument", "context put takes the name of an entry, or a path of names."
        )
        return None
    if len(path) == 1:
        return {**context, path[0]: value}
    inner = context.get(path[0])
    if type(inner) is not dict:
        run.report(site, "call.argument", f'context put: "{path[0]}" is not a context.')
        return None
    replaced = context_put(run, site, inner, path[1:], value)
    return None if replaced is None else {**context, path[0]: replaced}


@builtin("context merge", "contexts: list", "context")
def context_merge(run: Run, site: Site, contexts: list[Any]) -> _Context | None:
    merged: _Context = {}
    for context in contexts:
        if type(context) is not dict:
            run.report(site, "call.argument", "context merge takes a list of contexts.")
            return None
        run.spend(len(context))
        merged.update(context)
    return merged
