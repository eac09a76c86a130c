"""The page of a mailbox: what admins change, what is refused, and the consent at a provider, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Role
from app.mailboxes.hosts import is_public
from app.mailboxes.models import Folder, Mailbox, OAuthGrant, RawMail
from app.security import seal, unseal
from app.settings import Settings
from tests.support.oauth_server import OAuthServer, as_provider
from tests.support.web import add_agent, sign_in

GENERAL = {"name": "Help", "language": "en", "active": "on", "after_fetch": "nothing", "send_per_minute": "0"}
SERVERS = {
    "auth": "password", "imap_host": "93.184.216.34", "imap_port": "993", "imap_security": "tls", "imap_user": "u",
    "imap_password": "fresh-one", "smtp_host": "93.184.216.34", "smtp_port": "465", "smtp_security": "tls",
    "smtp_user": "u", "smtp_password": "fresh-two",
}  # fmt: skip


@pytest.fixture
def mailbox_id(installation: Settings) -> int:
    with db.transaction() as session:
        sealed = seal(installation.secret_key, "stored-password")
        mailbox = Mailbox(
            address="support@help.example", imap_host="imap.help.example", imap_user="u", imap_password=sealed,
            smtp_host="smtp.help.example", smtp_user="u", smtp_password=sealed, created_at=db.now(),
        )  # fmt: skip
        session.add(mailbox)
        session.flush()
        session.add(Folder(mailbox_id=mailbox.id, name="INBOX"))
        return mailbox.id


def stored() -> Mailbox:
    with db.reading() as session:
        return session.scalars(sa.select(Mailbox)).one()


def folders() -> dict[str, bool]:
    with db.reading() as session:
        return {
            folder.name: folder.watched for folder in session.scalars(sa.select(Folder).order_by(Folder.id))
        }


@pytest.mark.both_databases
def test_an_admin_changes_how_a_mailbox_answers(admin: FlaskClient, mailbox_id: int) -> None:
    form = GENERAL | {
        "name": "Orbit support", "language": "ru", "signature": "Orbit\r\nwe answer", "auto_ack": "on",
        "after_fetch": "move", "after_fetch_folder": "Done", "send_per_minute": "30", "authserv_id": "MX.orbit.example",
        "active": "",
    }  # fmt: skip
    assert admin.post(f"/mailboxes/{mailbox_id}", data=form).status_code == 302
    row = stored()
    assert (row.name, row.language, row.signature, row.auto_ack) == (
        "Orbit support",
        "ru",
        "Orbit\nwe answer",
        True,
    )
    assert (row.after_fetch, row.after_fetch_folder, row.after_fetch_at is not None) == ("move", "Done", True)
    assert (row.send_per_minute, row.authserv_id, row.active) == (30, "mx.orbit.example", False)
    page = admin.get(f"/mailboxes/{mailbox_id}").text
    assert "Orbit support" in page and "stored-password" not in page
    looks = "<div><strong>Orbit</strong><script>x()</script></div>"
    admin.post(f"/mailboxes/{mailbox_id}", data=form | {"signature": "", "signature_html": looks})
    assert (stored().signature, stored().signature_html) == ("Orbit", "<div><strong>Orbit</strong></div>")
    assert "&lt;div&gt;&lt;strong&gt;Orbit&lt;/strong&gt;&lt;/div&gt;" in admin.get("/settings/log").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("after_fetch", "delete"),
        ("after_fetch", "move"),
        ("send_per_minute", "-1"),
        ("send_per_minute", "12345"),
        ("authserv_id", "mx example\r\nX: y"),
        ("name", "two\r\nlines"),
        ("sent_folder", "a\x07b"),
        ("signature", "x" * 5001),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(
    admin: FlaskClient, mailbox_id: int, field: str, value: str
) -> None:
    answer = admin.post(f"/mailboxes/{mailbox_id}", data=GENERAL | {field: value})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert stored().name == ""


@pytest.mark.parametrize("column", [column.key for column in Mailbox.__table__.columns] + ["folders", "auth"])
@pytest.mark.both_databases
def test_no_form_sets_a_column_it_does_not_show(admin: FlaskClient, mailbox_id: int, column: str) -> None:
    if column in GENERAL:
        pytest.skip("a field of the form")
    from app.mailboxes.editing import GENERAL as SHOWN

    before = stored()
    answer = admin.post(f"/mailboxes/{mailbox_id}", data=GENERAL | {column: "1"})
    if column in SHOWN:
        return
    assert answer.status_code == 400
    assert column == "folders" or getattr(stored(), column) == getattr(before, column)


@pytest.mark.both_databases
def test_what_a_server_or_a_person_wrote_is_never_markup(admin: FlaskClient, mailbox_id: int) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(last_error="<b>100%</b> %(x)s"))
    assert "&lt;b&gt;100%&lt;/b&gt; %(x)s" in admin.get(f"/mailboxes/{mailbox_id}").text
    form = {
        "address": "<b>bold</b>",
        "auth": "password",
        "password": "x",
        "language": "en",
        "first_import": "new",
    }
    page = admin.post("/mailboxes", data=form).text
    assert "<b>bold" not in page and "is not a mail address" in page


def test_other_agents_read_and_see_no_server(agent: FlaskClient, mailbox_id: int) -> None:
    page = agent.get(f"/mailboxes/{mailbox_id}").text
    assert "support@help.example" in page and "imap.help.example" not in page
    assert 'action="/mailboxes' not in page and "imap_" not in page
    assert agent.post(f"/mailboxes/{mailbox_id}", data=GENERAL).status_code == 403


@pytest.mark.both_databases
def test_servers_are_saved_sealed_and_tried_by_the_poller(
    admin: FlaskClient, mailbox_id: int, installation: Settings
) -> None:
    assert admin.post(f"/mailboxes/{mailbox_id}/servers", data=SERVERS).status_code == 302
    row = stored()
    assert (row.imap_host, row.smtp_host) == ("93.184.216.34", "93.184.216.34")
    assert unseal(installation.secret_key, row.imap_password) == "fresh-one"
    assert row.check_wanted_at is not None
    assert "trying both servers" in admin.get(f"/mailboxes/{mailbox_id}/check").text
    with db.transaction() as session:
        session.execute(
            sa.update(Mailbox).values(
                check_wanted_at=None,
                checked_at=db.now(),
                check_result=[{"what": "IMAP", "ok": False, "text": "<b>wrong</b> password", "folders": []}],
            )
        )
    page = admin.get(f"/mailboxes/{mailbox_id}/check").text
    assert "&lt;b&gt;wrong&lt;/b&gt; password" in page and "hx-get" not in page


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.5", "192.168.1.1", "172.16.0.9", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1",
        "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "localhost", "2130706433",
        "0x7f.1", "imap.help.example/x", "imap help", "user@imap.help.example", "", "a..b", "127.1",
    ],
)  # fmt: skip
def test_servers_of_ones_own_network_are_refused(admin: FlaskClient, mailbox_id: int, host: str) -> None:
    answer = admin.post(f"/mailboxes/{mailbox_id}/servers", data=SERVERS | {"imap_host": host})
    assert answer.status_code == 422
    assert stored().imap_host == "imap.help.example"


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34") and is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_a_stored_password_is_not_sent_to_another_server(admin: FlaskClient, mailbox_id: int) -> None:
    answer = admin.post(f"/mailboxes/{mailbox_id}/servers", data=SERVERS | {"imap_password": ""})
    assert answer.status_code == 422
    assert "it would go to another server" in answer.text
    kept = {
        "imap_host": "imap.help.example",
        "smtp_host": "smtp.help.example",
        "imap_password": "",
        "smtp_password": "",
    }
    assert admin.post(f"/mailboxes/{mailbox_id}/servers", data=SERVERS | kept).status_code == 302


def test_passwords_go_over_encrypted_connections_only(admin: FlaskClient, mailbox_id: int) -> None:
    assert (
        admin.post(f"/mailboxes/{mailbox_id}/servers", data=SERVERS | {"imap_security": "none"}).status_code
        == 422
    )


@pytest.mark.both_databases
def test_folders_come_and_go_and_keep_what_they_brought(admin: FlaskClient, mailbox_id: int) -> None:
    for name in ("Заказы", 'Sales/"Big" & more', "Empty"):
        assert admin.post(f"/mailboxes/{mailbox_id}/folders", data={"folder": name}).status_code == 302
    with db.transaction() as session:
        ids = {folder.name: folder.id for folder in session.scalars(sa.select(Folder))}
        session.add(
            RawMail(mailbox_id=mailbox_id, folder_id=ids["Заказы"], uidvalidity=1, uid=1, stored_at=db.now())
        )
        assert session.get_one(Folder, ids["Empty"]).added_at is not None
    for name in ("Заказы", "Empty"):
        assert admin.post(f"/mailboxes/{mailbox_id}/folders/{ids[name]}/remove").status_code == 302
    assert folders() == {"INBOX": True, "Заказы": False, 'Sales/"Big" & more': True}
    assert admin.post(f"/mailboxes/{mailbox_id}/folders", data={"folder": "Заказы"}).status_code == 302
    assert folders()["Заказы"] is True


@pytest.mark.parametrize(
    "name", ["", "  ", "a\r\nX1 DELETE INBOX", "a\x07", "(import)", "INBOX", "inbox", "x" * 501]
)
def test_names_that_no_folder_can_have_are_refused(admin: FlaskClient, mailbox_id: int, name: str) -> None:
    assert admin.post(f"/mailboxes/{mailbox_id}/folders", data={"folder": name}).status_code == 422
    assert folders() == {"INBOX": True}


def test_a_nul_character_that_was_pasted_is_left_out(admin: FlaskClient, mailbox_id: int) -> None:
    assert admin.post(f"/mailboxes/{mailbox_id}/folders", data={"folder": "Or\x00ders"}).status_code == 302
    assert "Orders" in folders()


@pytest.mark.both_databases
def test_the_last_folder_stays(admin: FlaskClient, mailbox_id: int) -> None:
    with db.reading() as session:
        only = session.scalars(sa.select(Folder.id)).one()
    assert admin.post(f"/mailboxes/{mailbox_id}/folders/{only}/remove").status_code == 422


# Adding a mailbox, and the consent.


@pytest.fixture
def provider() -> Iterator[OAuthServer]:
    server = OAuthServer().start()
    try:
        with as_provider(server):
            yield server
    finally:
        server.stop()


@pytest.fixture
def by_permission(admin: FlaskClient, mailbox_id: int, provider: OAuthServer) -> int:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(auth="google"))
        session.add(OAuthGrant(mailbox_id=mailbox_id, client_id="client-1"))
    kept = {"imap_host": "imap.help.example", "smtp_host": "smtp.help.example"}
    form = SERVERS | kept | {"auth": "google", "client_id": "client-1", "client_secret": provider.secret}
    assert admin.post(f"/mailboxes/{mailbox_id}/servers", data=form).status_code == 302
    return mailbox_id


def begun(admin: FlaskClient, mailbox_id: int) -> dict[str, str]:
    """What the provider hears when the admin follows the link."""
    page = admin.post(f"/mailboxes/{mailbox_id}/connect").text
    found = re.search(r'href="([^"]+/authorize\?[^"]+)"', page)
    assert found
    return {key: value[0] for key, value in parse_qs(urlsplit(found[1].replace("&amp;", "&")).query).items()}


@pytest.mark.both_databases
def test_a_consent_connects_the_mailbox(
    admin: FlaskClient, by_permission: int, provider: OAuthServer, installation: Settings
) -> None:
    asked = begun(admin, by_permission)
    assert asked["redirect_uri"] == f"{installation.public_url}/mailboxes/oauth/callback"
    assert asked["code_challenge_method"] == "S256" and asked["login_hint"] == "u"
    provider.codes.add("code-1")
    answer = admin.get("/mailboxes/oauth/callback", query_string={"state": asked["state"], "code": "code-1"})
    assert answer.status_code == 302
    with db.reading() as session:
        grant = session.scalars(sa.select(OAuthGrant)).one()
    assert unseal(installation.secret_key, grant.access_token) in provider.live
    assert len(provider.asked[-1]["code_verifier"]) >= 43
    assert asked["state"] not in repr(grant.__dict__) and grant.pending_state == ""
    assert "Connected" in admin.get(f"/mailboxes/{by_permission}").text
    again = admin.get("/mailboxes/oauth/callback", query_string={"state": asked["state"], "code": "code-1"})
    assert again.status_code == 422 and "used already" in again.text


def test_a_refused_consent_is_said_in_plain_words(admin: FlaskClient, by_permission: int) -> None:
    state = begun(admin, by_permission)["state"]
    answer = admin.get("/mailboxes/oauth/callback", query_string={"state": state, "error": "access_denied"})
    assert answer.status_code == 422 and "permission was refused at the provider" in answer.text


@pytest.mark.both_databases
def test_a_consent_that_took_too_long_is_over(admin: FlaskClient, by_permission: int) -> None:
    state = begun(admin, by_permission)["state"]
    with db.transaction() as session:
        session.execute(sa.update(OAuthGrant).values(pending_until=db.now() - timedelta(seconds=1)))
    answer = admin.get("/mailboxes/oauth/callback", query_string={"state": state, "code": "c"})
    assert "longer than ten minutes" in answer.text


def test_the_consent_of_one_admin_is_not_anothers(
    app: Flask, admin: FlaskClient, by_permission: int, provider: OAuthServer
) -> None:
    """Else whoever makes an admin open a link could connect an account of theirs to our mailbox."""
    state = begun(admin, by_permission)["state"]
    provider.codes.add("code-1")
    other = sign_in(app.test_client(), add_agent("bea@help.example", "Bea", role=Role.ADMIN))
    query = {"state": state, "code": "code-1"}
    assert other.get("/mailboxes/oauth/callback", query_string=query).status_code == 422
    assert admin.get("/mailboxes/oauth/callback", query_string=query).status_code == 302, (
        "it was not spent by that"
    )


@pytest.mark.both_databases
def test_a_mailbox_is_added_in_the_browser(
    admin: FlaskClient, installation: Settings, provider: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: public)
    form = {"address": "New@Orbit.example", "name": "Orbit", "language": "en", "first_import": "month"}
    password = form | {"auth": "password", "password": "secret-one"}
    assert admin.post("/mailboxes", data=password).status_code == 302
    row = stored()
    assert (row.address, row.imap_host, row.first_import) == (
        "new@orbit.example",
        "imap.orbit.example",
        "month",
    )
    assert unseal(installation.secret_key, row.smtp_password) == "secret-one" and row.check_wanted_at
    assert admin.post("/mailboxes", data=password).status_code == 422, "it is connected already"
    permission = form | {
        "address": "b@orbit.example",
        "auth": "microsoft",
        "client_id": "app-1",
        "client_secret": "s",
    }
    assert admin.post("/mailboxes", data=permission).status_code == 302
    with db.reading() as session:
        assert session.scalars(sa.select(OAuthGrant.client_id)).one() == "app-1"
    assert admin.post("/mailboxes", data=password | {"address": "no address"}).status_code == 422
    assert admin.post("/mailboxes", data=password | {"imap_host": "10.0.0.1"}).status_code == 400


@pytest.mark.both_databases
def test_an_admin_lets_receipts_leave_again(admin: FlaskClient, mailbox_id: int) -> None:
    with db.transaction() as session:
        session.get_one(Mailbox, mailbox_id).automatic_stopped_at = db.now()
    assert "none leave" in admin.get(f"/mailboxes/{mailbox_id}").get_data(as_text=True)
    admin.post(f"/mailboxes/{mailbox_id}/resume-automatic")
    assert stored().automatic_stopped_at is None
    assert "none leave" not in admin.get(f"/mailboxes/{mailbox_id}").get_data(as_text=True)


def test_what_a_server_lacks_is_said_in_russian_with_the_name_of_the_server(
    app: Flask, mailbox_id: int
) -> None:
    lacks = "There is no server of this name, or it cannot be looked up now."
    with db.transaction() as session:
        session.get_one(Mailbox, mailbox_id).last_error = f"imap.help.example: {lacks}"
    boris = sign_in(
        app.test_client(), add_agent("boris@help.example", "Boris", role=Role.ADMIN, language="ru")
    )
    page = boris.get(f"/mailboxes/{mailbox_id}").text
    assert "imap.help.example: Сервера с таким именем нет" in page
    assert lacks not in page
    with db.transaction() as session:
        session.get_one(Mailbox, mailbox_id).last_error = "imap.help.example: NO such thing"
    assert "imap.help.example: NO such thing" in boris.get(f"/mailboxes/{mailbox_id}").text
