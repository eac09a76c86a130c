"""Every fail-point of the product is broken by some test, and the tests name none that is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("app", "mail_ingest", "workers", "kb_search")
NAME = re.compile(
    r"\b(?:fetch|capture|blobs|journal|poller|ingest|reader|after_fetch|sent|deliver|jobs|schedule|web)\.\w+"
)


def points_of_product() -> set[str]:
    found = set()
    for package in PRODUCT:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "passing"
                ):
                    assert isinstance(node.args[0], ast.Constant), f"{path.name}: a point is a plain name"
                    found.add(node.args[0].value)
    return found


def strings_of_rig() -> set[str]:
    found = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        if path == Path(__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(NAME.findall(node.value))
    return found


def test_every_point_is_broken_somewhere() -> None:
    assert points_of_product() - strings_of_rig() == set()


def test_no_test_names_a_point_that_is_not_there() -> None:
    unknown = strings_of_rig() - points_of_product()
    assert unknown == set()
