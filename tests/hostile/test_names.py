"""What a file of a mail is called, and that no name of a sender ever becomes a name on our disk (T15)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest

from app.blobs import BlobStore
from mail_ingest.mime_filename import safe_filename
from mail_ingest.parse import parse_mail
from tests.hostile.case import file, multi, part, plain
from tests.hostile.hostile_names import NAMES
from tests.hostile.promises import storable, wrong_name

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def test_there_are_many() -> None:
    assert len(NAMES) >= 300


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:40] for name in NAMES])
def test_a_name_is_safe_to_show_and_to_save(name: str) -> None:
    shown = safe_filename(name, "application/octet-stream")
    assert not wrong_name(shown)
    assert storable(shown)
    assert not RESERVED.match(shown)
    assert unicodedata.is_normalized("NFC", shown)
    assert ".." not in shown.split(".")[0]
    assert safe_filename(shown, "application/octet-stream") == shown


def _in_every_clothing(name: str) -> bytes:
    raw = name.encode("utf-8", "replace")
    # A line break would end the header; percent codes carry it.
    line = raw.replace(b"\r", b" ").replace(b"\n", b" ")
    return multi(
        plain("see files"),
        file(b"plain").replace(b"a.bin", line),
        file(b"percent").replace(b'filename="a.bin"', b"filename*=utf-8''" + quote(raw).encode()),
        part("x", b'Content-Type: application/x-foo; name="' + line + b'"'),
    )


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:40] for name in NAMES])
def test_a_mail_with_the_name_gives_safe_files_and_all_their_bytes(name: str) -> None:
    parsed = parse_mail(_in_every_clothing(name))
    assert parsed.text.startswith("see files")
    assert all(not wrong_name(one.filename) for one in parsed.attachments)
    assert {b"plain", b"percent"} <= {one.content for one in parsed.attachments}


def test_nothing_on_disk_bears_the_name_of_a_sender(tmp_path: Path) -> None:
    few = NAMES[::6]
    contents = [one.content for name in few for one in parse_mail(_in_every_clothing(name)).attachments]
    contents = [content + str(number).encode() for number, content in enumerate(contents)]
    BlobStore(tmp_path).put_all(contents)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*")]
    assert len(written) > len(few)
    assert all(re.fullmatch(r"[0-9a-z]{2,64}", part) for path in written for part in path.parts)
    assert not any(path.suffix for path in written)
