"""What keeps a person with a disability from using a page: axe-core on it, in light and in dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent.parent / "support" / "axe" / "axe.min.js").read_text("utf-8")
# A letter's own frame is its sender's design.
RUN = """(rules) => axe.run({exclude: ['iframe.letter']}, {
  resultTypes: ['violations'], iframes: false, ...(rules.length ? {runOnly: {type: 'rule', values: rules}} : {}),
})"""
# All that can differ between light and dark; the other rules look at the structure of the page.
OF_COLOUR = ["color-contrast", "link-in-text-block"]


def on(page: Page) -> list[str]:
    """Serious and critical problems of the page that is open, as "scheme: rule: element: what to do"."""
    page.evaluate(AXE)
    found = []
    for scheme, rules in (("light", []), ("dark", OF_COLOUR)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        result: dict[str, Any] = page.evaluate(RUN, rules)
        found += [
            f"{scheme}: {one['id']}: {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]
    return found
