"""{{variables}}: a fixed list, replaced as text, once. Nothing in an answer is ever run."""

from __future__ import annotations

import itertools

import pytest

from app.knowledge import variables
from app.knowledge.variables import fill, first_name, unknown

VALUES = {"customer.name": "Olga Petrova", "customer.first_name": "Olga", "ticket.number": "1042"}

# What template engines of many languages would run.
INSIDE = [
    "7*7", "config", "config.items()", "self.__dict__", "''.__class__.__mro__[1].__subclasses__()", "request.environ",
    "cycler.__init__.__globals__.os.popen('id').read()", "lipsum.__globals__", "url_for.__globals__", "g.pop",
    "range.constructor('return 1')()", "constructor.constructor('alert(1)')()", "_self.env.display('x')", "dump(app)",
    "customer.__class__", "customer.name.__class__", "customer['name']", "customer.name|upper",
    "customer.name.format(1)",
    "customer.name|attr('x')", "agent.password_hash", "settings.secret_key", "7*'7'", "namespace()", "joiner",
]  # fmt: skip
WRAPPED = [
    "{{%s}}",
    "{{ %s }}",
    "{{{%s}}}",
    "{%% %s %%}",
    "${%s}",
    "#{%s}",
    "<%%= %s %%>",
    "{%s}",
    "%%(%s)s",
    "[[%s]]",
]
PAYLOADS = [wrap % inside for wrap, inside in itertools.product(WRAPPED, INSIDE)]


def is_ours(payload: str) -> bool:
    """`{{customer.name|upper}}` is a variable with the fallback "upper", not a filter."""
    return payload.startswith("{{") and "customer.name|" in payload


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if not is_ours(payload)])
def test_what_would_run_elsewhere_arrives_as_typed(payload: str) -> None:
    assert fill(payload, VALUES).text == payload


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 200


def test_values_fallbacks_and_missing_ones() -> None:
    filled = fill(
        "Hello {{customer.first_name|there}}, {{ agent.name | a colleague }} {{mailbox.name}}", VALUES
    )
    assert filled.text == "Hello Olga, a colleague {{mailbox.name}}"
    assert filled.missing == ("mailbox.name",)


def test_a_blank_value_counts_as_missing() -> None:
    assert fill("{{customer.name|friend}}", {"customer.name": "  "}).text == "friend"
    assert fill("{{customer.name}} {{customer.name}}", {}).missing == ("customer.name",)


def test_a_value_that_looks_like_a_variable_stays_a_value() -> None:
    filled = fill("{{customer.name}}", {"customer.name": "{{ticket.number}}", "ticket.number": "1042"})
    assert filled.text == "{{ticket.number}}"


def test_backslashes_and_groups_in_values_are_plain_text() -> None:
    assert fill("{{customer.name}}", {"customer.name": r"\1 \g<0> $1"}).text == r"\1 \g<0> $1"


def test_the_editor_hears_of_everything_that_is_no_variable() -> None:
    text = "{{customer.name}} {{custumer.name}} {{ 7*7 }} {{}} {{custumer.name}}"
    assert unknown(text) == ["custumer.name", "7*7", ""]


def test_every_allowed_variable_is_replaced() -> None:
    text = " ".join("{{" + name + "}}" for name in variables.ALLOWED)
    assert fill(text, dict.fromkeys(variables.ALLOWED, "x")).text == " ".join("x" * len(variables.ALLOWED))
    assert variables.count(text) == len(variables.ALLOWED)


@pytest.mark.parametrize(
    ("name", "first"),
    [("Olga Petrova", "Olga"), ("", ""), ("   ", ""), ("olga@mail.example", ""), ("Анна-Мария Ли", "Анна-Мария"),
     ("Petrova, Olga", "Petrova")],
)  # fmt: skip
def test_first_names(name: str, first: str) -> None:
    assert first_name(name) == first
