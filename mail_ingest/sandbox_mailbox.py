"""One folder of the sandbox as pymap's session code wants to see it.

Place in the flow: between pymap's protocol (`sandbox_imap`) and the files (`sandbox_store`). Letters are
served as the very bytes that came in: pymap parses one only when a client asks for its structure.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime

from pymap.backend.mailbox import MailboxDataInterface
from pymap.bytes import Writeable
from pymap.concurrent import Event, Subsystem
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.mailbox import MailboxSnapshot
from pymap.message import BaseLoadedMessage, BaseMessage
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement, ObjectId
from pymap.parsing.specials.flag import Answered, Deleted, Draft, Flag, Flagged, Seen
from pymap.selected import SelectedMailbox, SelectedSet

from app.sandbox_mail import LetterFile
from mail_ingest.sandbox_store import MailFolder

_PAUSE_BEFORE_NEWS = 0.2  # seconds
_MAILDIR_FLAGS: Mapping[str, Flag] = {"D": Draft, "F": Flagged, "R": Answered, "S": Seen, "T": Deleted}


class StoredMessage(BaseMessage):
    """A letter's place and flags; its bytes stay on disk until they are asked for."""

    def __init__(self, folder: MailFolder, file: LetterFile, *, expunged: bool = False) -> None:
        flags = [_MAILDIR_FLAGS[letter] for letter in file.flags if letter in _MAILDIR_FLAGS]
        identity = ObjectId(b"M%d-%d" % (folder.uidvalidity, file.uid))
        super().__init__(file.uid, file.arrived_at, flags, email_id=identity, expunged=expunged)
        self.file = file
        self._folder = folder

    async def load_content(self, requirement: FetchRequirement) -> LoadedMessage:
        if requirement.has_none(FetchRequirement.CONTENT):
            return LoadedMessage(self, requirement, None)
        try:
            return LoadedMessage(self, requirement, self._folder.read(self.uid))
        except KeyError:
            return LoadedMessage(self, requirement, None)


class LoadedMessage(BaseLoadedMessage):
    """A letter's bytes, and its structure if a client asks for that."""

    def __init__(self, message: StoredMessage, requirement: FetchRequirement, raw: bytes | None) -> None:
        super().__init__(message, requirement, None)
        self._raw = raw

    @property
    def content(self) -> MessageContent:
        if self._content is None and self._raw is not None:
            self._content = MessageContent.parse(self._raw)
        return super().content

    def get_body(self, section: list[int] | None = None, binary: bool = False) -> Writeable:  # type: ignore[override]
        if section or binary or self._raw is None:
            return super().get_body(section, binary)
        return Writeable.wrap(self._raw)

    def get_size(self, section: list[int] | None = None) -> int:  # type: ignore[override]
        if section or self._raw is None:
            return super().get_size(section)
        return len(self._raw)


class StoredMailbox(MailboxDataInterface[StoredMessage]):
    """A folder shared by every connection that selects it.

    `_changes` names every UID that came, changed or went, in order: a connection knows how far it has
    read, so telling it the news costs as much as there is news.
    """

    def __init__(self, folder: MailFolder) -> None:
        self.folder = folder
        self._changes: list[int] = list(folder.letters)
        self._recent: set[int] = set()
        self._changed = Subsystem.for_asyncio().new_event()
        self._writing = asyncio.Lock()
        self._selected_set = SelectedSet()

    @property
    def mailbox_id(self) -> ObjectId:
        return ObjectId(b"F%d-%d" % (self.folder.uidvalidity, id(self)))

    @property
    def readonly(self) -> bool:
        return False

    @property
    def uid_validity(self) -> int:
        return self.folder.uidvalidity

    @property
    def selected_set(self) -> SelectedSet:
        return self._selected_set

    async def update_selected(
        self, selected: SelectedMailbox, *, wait_on: Event | None = None
    ) -> SelectedMailbox:
        known: int = selected.mod_sequence or 0
        if wait_on is not None and known == len(self._changes):
            await wait_on.or_event(self._changed).wait()
        elif wait_on is not None:
            # News that came between the client's last command and its IDLE must not wait for the next letter,
            # nor follow so closely that IMAPClient takes it in with "+ Idling" and then waits for the socket.
            await asyncio.sleep(_PAUSE_BEFORE_NEWS)
        news = set(self._changes[known:])
        here = news & self.folder.letters.keys()
        selected.mod_sequence = len(self._changes)
        selected.add_updates([self._message(uid) for uid in sorted(here)], sorted(news - here))
        return selected

    async def deliver(self, raw: bytes, arrived_at: datetime, flags: str = "") -> int:
        """Store a letter; its UID. It is safe on disk before anybody is told."""
        async with self._writing:
            file = await asyncio.to_thread(self.folder.write, raw, arrived_at, flags)
            self.folder.letters[file.uid] = file
        self._recent.add(file.uid)
        self._tell([file.uid])
        return file.uid

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> StoredMessage:
        arrived_at = append_msg.when or datetime.now(UTC)
        uid = await self.deliver(append_msg.literal, arrived_at, _maildir_flags(append_msg.flag_set))
        if not recent:
            self._recent.discard(uid)
        return self._message(uid)

    async def copy(self, uid: int, destination: StoredMailbox, *, recent: bool = False) -> int | None:
        file = self.folder.letters.get(uid)
        if file is None:
            return None
        copied = await destination.deliver(self.folder.read(uid), file.arrived_at, file.flags)
        if not recent:
            destination._recent.discard(copied)
        return copied

    async def move(self, uid: int, destination: StoredMailbox, *, recent: bool = False) -> int | None:
        moved = await self.copy(uid, destination, recent=recent)
        if moved is not None:
            await self.delete([uid])
        return moved

    async def get(self, uid: int, cached_msg: CachedMessage) -> StoredMessage:
        return self._message(uid) if uid in self.folder.letters else _gone(self.folder, cached_msg)

    async def update(
        self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp
    ) -> StoredMessage:
        if uid not in self.folder.letters:
            return _gone(self.folder, cached_msg)
        wanted = _maildir_flags(mode.apply(self._message(uid).permanent_flags, flag_set))
        async with self._writing:
            self.folder.set_flags(uid, wanted)
        self._tell([uid])
        return self._message(uid)

    async def delete(self, uids: Iterable[int]) -> None:
        gone = list(uids)
        async with self._writing:
            self.folder.remove(gone)
        self._recent.difference_update(gone)
        self._tell(gone)

    async def claim_recent(self, selected: SelectedMailbox) -> None:
        for uid in self._recent:
            selected.session_flags.add_recent(uid)
        self._recent.clear()

    async def cleanup(self) -> None:
        """Nothing to tidy: every change was complete when it was made."""

    async def messages(self) -> AsyncIterator[StoredMessage]:
        for uid in list(self.folder.letters):
            yield self._message(uid)

    async def snapshot(self) -> MailboxSnapshot:
        flags = [file.flags for file in self.folder.letters.values()]
        unseen = [number for number, one in enumerate(flags, 1) if "S" not in one]
        return MailboxSnapshot(
            self.mailbox_id,
            self.readonly,
            self.uid_validity,
            self.permanent_flags,
            self.session_flags,
            len(flags),
            len(self._recent),
            len(unseen),
            unseen[0] if unseen else None,
            self.folder.uidnext,
        )

    def _message(self, uid: int) -> StoredMessage:
        return StoredMessage(self.folder, self.folder.letters[uid])

    def _tell(self, uids: Iterable[int]) -> None:
        self._changes.extend(uids)
        self._changed.set()


def _gone(folder: MailFolder, cached: CachedMessage) -> StoredMessage:
    assert isinstance(cached, StoredMessage)
    return StoredMessage(folder, cached.file, expunged=True)


def _maildir_flags(flags: Iterable[Flag]) -> str:
    wanted = frozenset(flags)
    return "".join(letter for letter, flag in _MAILDIR_FLAGS.items() if flag in wanted)
