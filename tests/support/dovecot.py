"""A real Dovecot from a scratch directory: any account, one password, plain IMAP on a free loopback port.

Works as root (mail then belongs to user `mail`) and as anybody else, with the configuration language of 2.3 and
with the new one of 2.4.
"""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.support import processes
from tests.support.needs import find_program, missing
from tests.support.ports import free_port
from tests.support.waiting import wait_until

PASSWORD = "dovecot-secret"

_COMMON = """\
base_dir = {S}/run
state_dir = {S}/state
log_path = {S}/log
protocols = imap
listen = 127.0.0.1
ssl = no
first_valid_uid = 1
{unprivileged}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
  # Who signs in wrongly is slowed down, and the next test with them: they all come from this machine.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0 secs
"""
_V23 = (
    _COMMON
    + """\
disable_plaintext_auth = no
mail_location = sdbox:{S}/mail/%u
passdb {{
  driver = passwd-file
  args = username_format=%u {S}/passwd
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={S}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Posted {{
    special_use = \\Sent
  }}
}}
"""
)
# https://doc.dovecot.org/2.4.0/installation/upgrade/2.3-to-2.4.html
_V24 = (
    """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
"""
    + _COMMON
    + """\
auth_allow_cleartext = yes
mail_driver = sdbox
mail_path = {S}/mail/%{{user}}
passdb passwd-file {{
  passwd_file_path = {S}/passwd
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {S}/mail/%{{user}}
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Posted {{
    special_use = \\Sent
  }}
}}
"""
)


class Dovecot:
    """`append` puts a mail into a folder, `letters` reads a folder back, `stop` and `start` are a restart."""

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(self) -> None:
        # Not below pytest's directory: that one is closed to every user but ours, and Dovecot changes user.
        self.directory = Path(tempfile.mkdtemp(prefix="sincerely-imap-"))
        self.directory.chmod(0o755)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("mail", "run", "state"):
            (self.directory / name).mkdir()
        (self.directory / "passwd").touch()
        self.add_account("support@help.example")

    def start(self) -> Dovecot:
        program = find_program("dovecot")
        if program is None:
            missing("Dovecot", "dovecot-imapd")
        (self.directory / "dovecot.conf").write_text(self._configuration(program))
        self._process = processes.start(
            [program, "-F", "-c", self.directory / "dovecot.conf"], log=self.directory / "out"
        )
        wait_until(self._answers, 60)
        return self

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def add_account(self, *addresses: str) -> None:
        """More accounts, with the same password."""
        with (self.directory / "passwd").open("a") as file:
            file.writelines(f"{address}:{{PLAIN}}{PASSWORD}::::::\n" for address in addresses)

    def append(
        self,
        raw: bytes,
        *,
        to: str = "support@help.example",
        folder: str = "INBOX",
        at: datetime | None = None,
        flags: str = "",
    ) -> None:
        """Deliver the bytes as they are."""
        with self.connected(to) as imap:
            arrived = imaplib.Time2Internaldate(at or datetime.now(UTC))
            # imaplib turns lone line feeds into CRLF in append(); the bytes of a test are to arrive unchanged.
            imap.literal = raw  # type: ignore[assignment]
            answer, text = imap._simple_command("APPEND", folder, f"({flags})", arrived)
            assert answer == "OK", text

    def letters(self, address: str = "support@help.example", folder: str = "INBOX") -> list[bytes]:
        """The raw mails of a folder in order of UID, without marking them as read."""
        with self.connected(address) as imap:
            imap.select(folder, readonly=True)
            found = imap.uid("SEARCH", "ALL")[1][0].split()
            return [imap.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in found]

    @contextmanager
    def connected(self, address: str = "support@help.example") -> Iterator[imaplib.IMAP4]:
        """A signed-in connection for whatever else a test wants to do to the mailbox."""
        imap = imaplib.IMAP4(self.host, self.port, timeout=60)
        try:
            imap.login(address, PASSWORD)
            yield imap
        finally:
            imap.logout()

    def sessions(self, address: str) -> int:
        """How many connections of this account are open, as the log tells it."""
        log = (self.directory / "log").read_text("utf-8", "replace")
        return log.count(f"Login: user=<{address}>") - log.count(f"imap({address})<")

    def _answers(self) -> bool:
        """Dovecot lets support in"""
        if self._process is not None and self._process.poll() is not None:
            log = [
                file.read_text() for file in (self.directory / "out", self.directory / "log") if file.exists()
            ]
            raise RuntimeError(f"Dovecot ended: {' '.join(log)}")
        try:
            with self.connected():
                return True
        except (OSError, imaplib.IMAP4.error):
            return False

    def _configuration(self, program: Path) -> str:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        major, minor = (int(part) for part in version.split()[0].split(".")[:2])
        user, group, unprivileged = self._run_as()
        return (_V24 if (major, minor) >= (2, 4) else _V23).format(
            S=self.directory, port=self.port, user=user, group=group, unprivileged=unprivileged
        )

    def _run_as(self) -> tuple[str, str, str]:
        if os.getuid() == 0:
            shutil.chown(self.directory / "mail", "mail", "mail")
            return "mail", "mail", ""
        user, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
        return (
            user,
            group,
            (
                f"default_internal_user = {user}\ndefault_internal_group = {group}\n"
                f"default_login_user = {user}\n"
            ),
        )
