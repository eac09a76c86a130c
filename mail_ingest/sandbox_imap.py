"""The sandbox's IMAP face: pymap's protocol over our own Maildirs.

Place in the flow: beside the SMTP face in `sandbox`, on top of `sandbox_store`; `fetch` meets it as it
meets any server. pymap's own maildir backend was measured and left: it turns CRLF into LF, a kill leaves
a lock that blocks every command for ten minutes, and each command walks through all letters.
"""

from __future__ import annotations

import asyncio
import ssl
from argparse import Namespace
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn, cast

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.mailbox import MailboxSetInterface
from pymap.backend.session import BaseSession
from pymap.concurrent import Subsystem
from pymap.config import BackendCapability, IMAPConfig
from pymap.exceptions import AuthorizationFailure, InvalidAuth, NotAllowedError, NotSupportedError
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface, LoginInterface
from pymap.interfaces.token import TokensInterface
from pymap.listtree import ListTree
from pymap.parsing.specials import ObjectId, SearchKey, SequenceSet
from pymap.selected import SelectedMailbox
from pymap.token import AllTokens
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.identity import ClearIdentity

from app.sandbox_mail import account_address
from mail_ingest.sandbox_mailbox import StoredMailbox, StoredMessage
from mail_ingest.sandbox_store import Account

LARGEST_LETTER = 60 * 1024 * 1024
_INBOX = "INBOX"
_LARGEST_PIECE = 64 * 1024  # longer responses are letters, and clients read those by their announced length


class SandboxConfig(IMAPConfig):
    """No TLS and no look-up of any name: this server is met over loopback only."""

    def __init__(self) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=None,
            port=0,
            tls_enabled=False,
            ssl_context=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
            proxy_protocol=ProxyProtocolVersion.get(None),
            cpu_subsystem=Subsystem.for_asyncio(),
            reject_dnsbl=False,
            invalid_user_sleep=0.0,
            max_append_len=LARGEST_LETTER,
        )

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=True, object_id=False, multi_append=True)

    @property
    def greeting(self) -> bytes:
        return b"Sandbox mail server ready"


class Accounts:
    """Every account that was written to or signed in since the start, each shared by all who use it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._mailboxes: dict[str, AccountMailboxes] = {}

    def of(self, address: str) -> AccountMailboxes:
        name = account_address(address)
        if name not in self._mailboxes:
            self._mailboxes[name] = AccountMailboxes(Account(self._directory, name))
        return self._mailboxes[name]


class AccountMailboxes(MailboxSetInterface[StoredMailbox]):
    """The folders of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.inbox = StoredMailbox(account.inbox)
        self._folders = {name: StoredMailbox(account.folder(name)) for name in account.folder_names()}
        self._subscribed: set[str] = set(self._folders)

    @property
    def delimiter(self) -> str:
        return "/"

    async def set_subscribed(self, name: str, subscribed: bool) -> None:
        (self._subscribed.add if subscribed else self._subscribed.discard)(name)

    async def list_subscribed(self) -> ListTree:
        return ListTree(self.delimiter).update(_INBOX, *(self._subscribed & self._folders.keys()))

    async def list_mailboxes(self) -> ListTree:
        return ListTree(self.delimiter).update(_INBOX, *self._folders)

    async def get_mailbox(self, name: str) -> StoredMailbox:
        return self.inbox if name.upper() == _INBOX else self._folders[name]

    async def add_mailbox(self, name: str) -> ObjectId:
        if name in self._folders or name.upper() == _INBOX:
            raise ValueError(name)
        self._folders[name] = StoredMailbox(self._account.folder(name))
        return self._folders[name].mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        del self._folders[name]
        self._account.delete_folder(name)

    async def rename_mailbox(self, before: str, after: str) -> None:
        if before.upper() == _INBOX:
            raise NotSupportedError("The inbox keeps its name.")
        entry, taken = (await self.list_mailboxes()).get(before), (await self.list_mailboxes()).get(after)
        if entry is None:
            raise KeyError(before)
        if taken is not None:
            raise ValueError(after)
        for old, new in (await self.list_mailboxes()).get_renames(before, after):
            self._account.rename_folder(old, new)
            del self._folders[old]
            self._folders[new] = StoredMailbox(self._account.folder(new))


class _Session(BaseSession[StoredMessage]):
    def __init__(self, owner: str, config: IMAPConfig, mailboxes: AccountMailboxes) -> None:
        super().__init__(owner)
        self._config = config
        self._mailboxes = mailboxes

    @property
    def config(self) -> IMAPConfig:
        return self._config

    @property
    def mailbox_set(self) -> AccountMailboxes:
        return self._mailboxes

    async def search_mailbox(
        self, selected: SelectedMailbox, keys: frozenset[SearchKey]
    ) -> tuple[Iterable[tuple[int, StoredMessage]], SelectedMailbox]:
        # pymap answers from what the client was last told; other servers look at the folder first.
        return await super().search_mailbox(await self.check_mailbox(selected), keys)

    async def fetch_messages(
        self, selected: SelectedMailbox, sequence_set: SequenceSet, set_seen: bool
    ) -> tuple[Iterable[tuple[int, StoredMessage]], SelectedMailbox]:
        return await super().fetch_messages(await self.check_mailbox(selected), sequence_set, set_seen)


class _Owner(IdentityInterface):
    """Who signed in. Accounts are not managed over IMAP: one begins with its first letter."""

    def __init__(self, address: str, config: IMAPConfig, accounts: Accounts) -> None:
        self._address = address
        self._config = config
        self._accounts = accounts

    @property
    def name(self) -> str:
        return self._address

    @property
    def roles(self) -> frozenset[str]:
        return frozenset()

    @asynccontextmanager
    async def new_session(self) -> AsyncIterator[_Session]:
        yield _Session(self._address, self._config, self._accounts.of(self._address))

    async def new_token(self, *, expiration: datetime | None = None) -> str | None:
        return None

    async def get(self) -> UserMetadata:
        return UserMetadata(self._config, self._address)

    async def set(self, metadata: UserMetadata) -> NoReturn:
        raise NotAllowedError()

    async def delete(self) -> NoReturn:
        raise NotAllowedError()


class _Login(LoginInterface):
    """Any address may sign in with the sandbox's one password."""

    def __init__(self, config: IMAPConfig, accounts: Accounts, password: str) -> None:
        self._config = config
        self._accounts = accounts
        self._password = password
        self._tokens = AllTokens(config)

    @property
    def tokens(self) -> TokensInterface:
        return self._tokens

    async def authenticate(self, credentials: ServerCredentials) -> _Owner:
        known = ClearIdentity(credentials.authcid, self._password)
        if "@" not in credentials.authcid or not credentials.verify(known):
            raise InvalidAuth()
        return _Owner(account_address(credentials.authcid), self._config, self._accounts)

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> _Owner:
        if account_address(authzid) != authenticated.name:
            raise AuthorizationFailure()
        return _Owner(authenticated.name, self._config, self._accounts)


async def start_imap(accounts: Accounts, password: str, host: str, port: int) -> asyncio.Server:
    config = SandboxConfig()
    config.apply_context()
    server = IMAPServer(_Login(config, accounts, password), config)
    talk = ProxyProtocolReader(config.proxy_protocol).get_callback(server)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, cast(asyncio.StreamWriter, _WholeLines(writer)))

    return await asyncio.start_server(connected, host, port)


class _WholeLines:
    """A stream writer that sends what is one response as one piece.

    pymap writes a line in fragments, each its own packet; IMAPClient waiting in IDLE takes the first for the
    whole line and gives the connection up.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting = bytearray()

    def write(self, fragment: bytes) -> None:
        self._waiting += fragment
        if len(self._waiting) > _LARGEST_PIECE:
            self._flush()

    def writelines(self, fragments: Iterable[bytes]) -> None:
        for fragment in fragments:
            self.write(fragment)

    async def drain(self) -> None:
        self._flush()
        await self._writer.drain()

    def _flush(self) -> None:
        self._writer.write(bytes(self._waiting))
        self._waiting.clear()

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)
