"""Jinja with four of its costs taken out; templates and what they mean stay the same.

A ticket page calls six hundred functions, writes thirteen hundred values and includes sixty templates. For each call
Jinja looks at the function in several ways to find out whether it wants more than its arguments; each value becomes an
object of its own before it is joined to the page; each template is looked up behind a lock, and each include lists the
names of all functions that there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import lru_cache
from keyword import iskeyword
from types import FunctionType, MethodType
from typing import Any

import markupsafe
from flask import Flask
from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.runtime import Context, Undefined
from jinja2.utils import internalcode
from markupsafe import Markup, escape

# What the context has for every page (app.web.pages): methods of the reader's words, which want no context.
_OF_THE_READER = frozenset({"_", "ngettext", "reltime"})
_PLAIN = frozenset({FunctionType, MethodType, type(lru_cache(len))})
# markupsafe's own inner loop, without the object that it puts around the result.
_escaped: Callable[[Any], str] = getattr(markupsafe, "_escape_inner", escape)


def init_app(app: Flask) -> None:
    environment = app.jinja_env
    environment.context_class = PlainCalls
    environment.code_generator_class = PlainOutput
    environment.written = written  # type: ignore[attr-defined]
    if not environment.auto_reload:
        environment.get_template = _Known(environment.get_template)  # type: ignore[method-assign]


class PlainCalls(Context):
    """A plain function can be asked in one look whether it wants the context. And the names of all globals are listed
    when somebody asks for them (a template that is imported with its context): not for each of sixty includes."""

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Callable[[Context], Iterator[str]]],
        globals: MutableMapping[str, Any] | None = None,
    ) -> None:
        self._globals = globals
        super().__init__(environment, parent, name, blocks)

    @property
    def globals_keys(self) -> set[str]:
        return set(self._globals or ())

    @globals_keys.setter
    def globals_keys(self, _none: set[str]) -> None:
        """What Jinja lists by itself."""

    @internalcode
    def call(self, obj: Callable[..., Any], *args: Any, **more: Any) -> Any:
        if type(obj) in _PLAIN and not hasattr(obj, "jinja_pass_arg"):
            # What loops and blocks hand on is for callables that want the context.
            more.pop("_loop_vars", None)
            more.pop("_block_vars", None)
            return obj(*args, **more)
        return super().call(obj, *args, **more)


class PlainOutput(CodeGenerator):
    """Where a value is written and escaped, `written` does it. Plain functions of ours are called as in Python, and
    attributes that are there are taken as in Python."""

    def visit_Call(  # noqa: N802 (Jinja's name)
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        if forward_caller or not self._is_plain(node, frame):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for value in node.args:
            self.visit(value, frame)
            self.write(", ")
        for named in node.kwargs:
            self.write(f"{named.key}=")
            self.visit(named.value, frame)
            self.write(", ")
        self.write(")")

    def _is_plain(self, node: nodes.Call, frame: Frame) -> bool:
        """Of a name that no template gives to anything else, and whatever Jinja would add is not wanted."""
        if not isinstance(node.node, nodes.Name) or node.dyn_args is not None or node.dyn_kwargs is not None:
            return False
        name = node.node.name
        known = self.environment.globals.get(name)
        if name not in _OF_THE_READER and (type(known) not in _PLAIN or hasattr(known, "jinja_pass_arg")):
            return False
        reference = frame.symbols.find_ref(name)
        load = frame.symbols.find_load(reference) if reference is not None else None
        resolved = load is not None and load[0] == VAR_LOAD_RESOLVE
        return resolved and not any(iskeyword(named.key) for named in node.kwargs)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 (Jinja's name)
        if self.environment.is_async or self.environment.sandboxed:
            super().visit_Getattr(node, frame)
            return
        value, owner = self.temporary_identifier(), self.temporary_identifier()
        self.write(f"({value} if ({value} := getattr(({owner} := ")
        self.visit(node.node, frame)
        self.write(
            f"), {node.attr!r}, missing)) is not missing else environment.getattr({owner}, {node.attr!r}))"
        )

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")


def written(value: object) -> str:
    """As markupsafe.escape, but what needs no escaping is left as it is: it is only joined to the rest."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[return-value]
    if kind is int:
        return str(value)
    if kind is str:
        return _escaped(value)
    if kind is Undefined:
        # An `if` without `else`: a page has dozens.
        return ""
    return escape(value)


class _Known:
    """Templates by their names, for as long as the process lives: nobody edits them under a running desk."""

    def __init__(self, find: Callable[..., Template]) -> None:
        self._find = find
        self._found: dict[str, Template] = {}

    def __call__(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | Mapping[str, Any] | None = None,
    ) -> Template:
        if type(name) is not str or globals is not None:
            return self._find(name, parent, globals)
        known = self._found.get(name)
        if known is None:
            known = self._found[name] = self._find(name, parent, globals)
        return known
