"""Thousands of tests make an app of their own each: what is the same in all of them is worked out once in a process.

Two things are: the templates, compiled to bytecode, and the functions that werkzeug writes for building each address.
Together they were nine tenths of what making an app and asking it for a first page costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
from flask import Flask
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_compile_builder = Rule._compile_builder
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


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
    """The functions are bound to their rule when they are called, so equal rules can have one between them."""
    Rule._compile_builder = _builder  # type: ignore[assignment,method-assign]


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]
