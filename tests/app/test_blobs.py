"""Stored files: what was put can be got back whole, whoever put it and however often."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.blobs import TOGETHER, BlobStore
from app.errors import NotFound, PermanentFailure


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def files(store: BlobStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def test_many_files_come_back_in_order_and_each_content_is_kept_once(store: BlobStore) -> None:
    contents = [b"file %d" % (number % 100) for number in range(2 * TOGETHER + 40)]
    digests = store.put_all(contents)
    assert [store.get(digest) for digest in digests] == contents
    assert len(files(store)) == 100
    assert store.put_all(contents) == digests
    assert len(files(store)) == 100


def test_one_file_and_many_are_the_same_thing(store: BlobStore) -> None:
    assert [store.put(b"a"), store.put(b"")] == store.put_all([b"a", b""])
    assert store.put_all([]) == []


def test_a_file_cut_short_is_written_again(store: BlobStore) -> None:
    digest = store.put(b"the whole letter")
    (path,) = files(store)
    path.write_bytes(b"the wh")
    with pytest.raises(PermanentFailure):
        store.get(digest)
    assert store.put(b"the whole letter") == digest
    assert store.get(digest) == b"the whole letter"


def test_a_full_disk_leaves_no_half_file(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []

    def no_space(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        store.put_all([b"one", b"two", b"three"])
    assert files(store) == []


def test_a_name_that_is_no_digest_is_never_a_path(store: BlobStore) -> None:
    for name in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(NotFound):
            store.get(name)
