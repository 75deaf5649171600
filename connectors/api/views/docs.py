"""The browsable reference: the OpenAPI document as a page, without scripts of others."""

import functools
import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "connectors/api/docs.html", {"groups": reference()})


@functools.cache
def reference() -> list[dict[str, Any]]:
    """Calls by their first word, each with parameters, body and answers in plain values."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    shapes = schema.get("components", {}).get("schemas", {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, calls in schema["paths"].items():
        word = address.removeprefix("/api/v1/").split("/")[0].split(":")[0]
        for method in METHODS:
            if method in calls:
                groups.setdefault(word, []).append(_call(method, address, calls[method], shapes))
    return [{"name": name.capitalize(), "calls": calls} for name, calls in groups.items()]


def _call(
    method: str, address: str, call: dict[str, Any], shapes: dict[str, Any]
) -> dict[str, Any]:
    body = call.get("requestBody", {}).get("content", {})
    return {
        "id": call["operationId"],
        "method": method.upper(),
        "address": address,
        "summary": call.get("summary", ""),
        "description": call.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "about": parameter.get("description", ""),
                "choices": ", ".join(map(str, parameter.get("schema", {}).get("enum", []))),
            }
            for parameter in call.get("parameters", [])
        ],
        "bodies": [
            {"type": kind, "shape": _shown(content.get("schema", {}), shapes)}
            for kind, content in body.items()
        ],
        "answers": [
            {
                "code": code,
                "about": answer.get("description", ""),
                "shape": _answer_shape(answer, shapes) if code.startswith("2") else "",
            }
            for code, answer in sorted(call.get("responses", {}).items())
        ],
    }


def _answer_shape(answer: dict[str, Any], shapes: dict[str, Any]) -> str:
    content: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
    return _shown(content.get("schema", {}), shapes)


def _shown(schema: dict[str, Any], shapes: dict[str, Any]) -> str:
    return json.dumps(_sample(schema, shapes), indent=2, ensure_ascii=False)


def _sample(schema: dict[str, Any], shapes: dict[str, Any]) -> Any:
    """A sample of a shape, with the name of the type where a value would stand."""
    if "$ref" in schema:
        return _sample(shapes[schema["$ref"].rpartition("/")[2]], shapes)
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            return _sample(schema[word][0], shapes)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value not in {None, ""})
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = next(name for name in kind if name != "null")
    if kind == "array":
        return [_sample(schema.get("items", {}), shapes)]
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: _sample(field, shapes) for name, field in fields.items()}
    return schema.get("format") or kind
