"""Thousands of tests make an app of their own each: what is the same in all of them is worked out once in a process.

Three things are: the templates, compiled to bytecode; what werkzeug reads out of each address; and the functions that
it writes for building each. Together they are most of what making an app and asking it for a first page costs.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import jinja2
from flask import Flask
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_compile_builder = Rule._compile_builder
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile = Rule.compile
_compiled: dict[tuple[Any, ...], dict[str, Any]] = {}


class _InMemory(jinja2.BytecodeCache):
    """Jinja asks with the checksum of a template's source, so an edited one is compiled again."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_templates = _InMemory()


def share_templates(app: Flask) -> Flask:
    """The same app, whose templates are those that another app of this process compiled."""
    app.jinja_env.bytecode_cache = _templates
    return app


def share_addresses() -> None:
    """Equal rules have one reading between them, and one function, which is bound to a rule when it is called."""
    Rule.compile = _read_once  # type: ignore[method-assign]
    Rule._compile_builder = _builder  # type: ignore[assignment,method-assign]


def _read_once(rule: Rule) -> None:
    key = (
        rule.rule,
        rule.host if rule.map.host_matching else rule.subdomain,
        rule.merge_slashes,
        repr(rule.defaults),
        frozenset(rule.map.converters.items()),
    )
    if key not in _compiled:
        _compile(rule)
        _compiled[key] = {
            name: getattr(rule, name) for name in ("_parts", "_trace", "_converters", "arguments")
        }
        return
    vars(rule).update({name: copy(value) for name, value in _compiled[key].items()})
    for name, append_unknown in (("_build", False), ("_build_unknown", True)):
        setattr(rule, name, _builder(rule, append_unknown).__get__(rule, None))


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]
