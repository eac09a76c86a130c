"""Collect the texts of pages, mails and errors, bring the Russian file up to date, and compile it.

    python scripts/translations.py

What is missing a translation afterwards is listed, and the exit code is 1; a test in tests/test_house.py says the same.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
RUSSIAN = ROOT / "app" / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
# Our errors carry a sentence for people, and the web translates it: app/errors.py.
ERRORS = (
    "NotFound",
    "NotAllowed",
    "InvalidInput",
    "Conflict",
    "Merged",
    "TemporaryFailure",
    "Busy",
    "PermanentFailure",
)
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "_n": (1, 2), **dict.fromkeys(ERRORS, (1,))}


def collect() -> Catalog:
    """Every text that people can see, as written in the code and the templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(charset="utf-8")
    for _file, _line, text, comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, ["For translators:"]
    ):
        catalog.add(text, auto_comments=comments, context=context)
    return catalog


def read() -> Catalog:
    with RUSSIAN.open("rb") as file:
        return read_po(file, locale="ru")


def as_po(catalog: Catalog) -> bytes:
    """The file as it lies in the repository: sorted, no dates and no line numbers, so that a diff shows texts only."""
    buffer = io.BytesIO()
    catalog.fuzzy = False
    catalog.header_comment = "# Sincerely in Russian."
    write_po(buffer, catalog, width=110, no_location=True, omit_header=False, sort_output=True, ignore_obsolete=True,
             include_previous=False)  # fmt: skip
    lines = buffer.getvalue().splitlines(keepends=True)
    changing = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator', b'"Language-Team',
                b'"Report-Msgid-Bugs-To', b'"Project-Id-Version')  # fmt: skip
    return b"".join(line for line in lines if not line.startswith(changing))


def as_mo(catalog: Catalog) -> bytes:
    # The same bytes for the same texts, whenever it is done.
    catalog.creation_date = catalog.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """Texts without a translation, or with one that is only a guess."""
    return [one for one in catalog if one.id and (one.fuzzy or not all(_forms(one)))]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def main() -> int:
    catalog = read() if RUSSIAN.exists() else Catalog(locale="ru", charset="utf-8")
    catalog.update(collect(), no_fuzzy_matching=True)
    RUSSIAN.parent.mkdir(parents=True, exist_ok=True)
    RUSSIAN.write_bytes(as_po(catalog))
    RUSSIAN.with_suffix(".mo").write_bytes(as_mo(read()))
    missing = untranslated(read())
    for message in missing:
        print(f"not translated: {message.id!r}", file=sys.stderr)
    print(f"{len(catalog) - len(missing)} of {len(catalog)} texts are in Russian")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
