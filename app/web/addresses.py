"""Addresses of our own pages for templates: what flask's `url_for` answers, at a tenth of its cost.

A page of fifty tickets names hundreds of addresses. Each endpoint's pattern is read from the URL map once; what is
not plain (anchors, absolute addresses, relative endpoints, several rules, an application under a prefix) is left to
flask.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import flask
from flask import Flask, current_app, request

_PART = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")
# As werkzeug quotes them, so that an address reads the same whoever wrote it.
_SAFE_IN_PATH = "!$&'()*+,/:;=@"
_SAFE_IN_QUERY = "!$'()*,/:;?@"


@dataclass(frozen=True)
class _Pattern:
    """`pieces` are the fixed parts of the path, one more than there are `fields` (name, is a number)."""

    pieces: tuple[str, ...]
    fields: tuple[tuple[str, bool], ...]


def address(endpoint: str, **values: object) -> str:
    """The path and query of a page. Raises werkzeug's BuildError as flask does."""
    # The objects themselves: each look through a proxy costs as much as the rest of this.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    known: dict[str, _Pattern | None] = app.extensions["addresses"]
    if endpoint not in known:
        known[endpoint] = _pattern(app, endpoint)
    pattern = known[endpoint]
    if pattern is not None and not request._get_current_object().root_path:  # type: ignore[attr-defined]
        built = _built(pattern, dict(values))
        if built is not None:
            return built
    return flask.url_for(endpoint, **values)  # type: ignore[arg-type]


def init_app(app: Flask) -> None:
    app.extensions["addresses"] = {}
    app.jinja_env.globals["url_for"] = address


def _pattern(app: Flask, endpoint: str) -> _Pattern | None:
    rules = list(app.url_map.iter_rules(endpoint)) if endpoint in app.view_functions else []
    if len(rules) != 1 or rules[0].defaults or app.url_default_functions:
        return None
    rule = rules[0].rule
    found = list(_PART.finditer(rule))
    if rule.count("<") != len(found) or any(one["converter"] not in (None, "int") for one in found):
        return None
    edges = [0, *(edge for one in found for edge in one.span()), len(rule)]
    pieces = tuple(rule[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    return _Pattern(pieces, tuple((one["name"], one["converter"] == "int") for one in found))


def _built(pattern: _Pattern, values: dict[str, object]) -> str | None:
    """None when flask must see to it."""
    path = pattern.pieces[0]
    for (name, is_number), piece in zip(pattern.fields, pattern.pieces[1:], strict=True):
        value = values.pop(name, None)
        if type(value) is int and is_number and value >= 0:
            path += str(value) + piece
        elif isinstance(value, str) and value and not is_number:
            path += quote(value, safe=_SAFE_IN_PATH) + piece
        else:
            return None
    if not values:
        return path
    return _with_query(path, values)


def _with_query(path: str, values: dict[str, object]) -> str | None:
    plain = {}
    for name, value in values.items():
        if value is None:
            continue
        if name[0] == "_" or not isinstance(value, (str, int)):
            return None
        plain[name] = value
    return f"{path}?{urlencode(plain, safe=_SAFE_IN_QUERY)}" if plain else path
