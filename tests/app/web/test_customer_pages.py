"""The list of customers and the client card with its timeline, for all of the cast."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app import db
from app.accounts import service as accounts
from app.customers import service as customers
from app.customers.models import Customer
from app.tickets.models import Event
from tests.app.web.seeds import CANARY, NOW, Seeded, seed

# What these pages read and write is tested on both databases beside the services; pages need one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

FORMS = [
    ("", {"name": "New", "organisation": "New", "language": "en"}),
    ("/notes", {"notes": "New", "ticket": ""}),
    ("/tags", {"tags": "new"}),
    ("/addresses", {"email": "new@mail.example"}),
    ("/addresses/1/remove", {}),
    ("/addresses/1/first", {}),
    ("/phones", {"phone": "+7 921 000 00 00"}),
    ("/phones/1/remove", {}),
]


@pytest.fixture
def seeded(agent: FlaskClient) -> Seeded:
    return seed(agent.agent)  # type: ignore[attr-defined]


def card_of(customer_id: int) -> tuple[object, ...]:
    """Everything a form of the card can change."""
    with db.reading() as session:
        customer = session.get_one(Customer, customer_id)
        return (customer.name, customer.organisation_id, customer.language, customer.notes,
                [tag.name for tag in customer.tags], [a.email for a in customer.addresses],
                [phone.number for phone in customer.phones])  # fmt: skip


def elements(html: str, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in LexborHTMLParser(html).css(selector)]


# The cast


@pytest.mark.parametrize(
    "path", ["/customers", "/customers?q=olga", "/customers/1", "/customers/1?kind=notes"]
)
def test_signed_out_people_are_asked_to_sign_in(client: FlaskClient, seeded: Seeded, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_signed_out_and_deactivated_people_change_nothing(
    app: Flask, agent: FlaskClient, admin: FlaskClient, seeded: Seeded, path: str, form: dict[str, str]
) -> None:
    before = card_of(seeded.customer)
    app.test_client().post(f"/customers/{seeded.customer}{path}", data=form)
    with db.transaction() as session:
        accounts.deactivate(session, accounts.agent_by_id(session, seeded.author), now=db.now())
    assert agent.post(f"/customers/{seeded.customer}{path}", data=form).status_code == 302
    assert agent.get("/customers").status_code == 302
    assert card_of(seeded.customer) == before


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_without_the_forms_token_nothing_changes(
    app: Flask, agent: FlaskClient, seeded: Seeded, path: str, form: dict[str, str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    before = card_of(seeded.customer)
    assert agent.post(f"/customers/{seeded.customer}{path}", data=form).status_code == 400
    assert card_of(seeded.customer) == before


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_a_field_that_the_form_does_not_have_is_refused(
    agent: FlaskClient, seeded: Seeded, path: str, form: dict[str, str]
) -> None:
    before = card_of(seeded.customer)
    for extra in ("id", "customer_id", "created_at", "organisation_id", "bounced_at", "is_admin"):
        answer = agent.post(f"/customers/{seeded.customer}{path}", data={**form, extra: "1"})
        assert answer.status_code == 400
    assert card_of(seeded.customer) == before


@pytest.mark.parametrize("browser", ["agent", "admin"])
def test_agents_and_admins_see_and_change_the_card(
    request: pytest.FixtureRequest, seeded: Seeded, browser: str
) -> None:
    someone: FlaskClient = request.getfixturevalue(browser)
    assert "Olga Petrova" in elements(someone.get("/customers").text, ".line strong")
    form = {"name": "Olga P.", "organisation": "Orbit", "language": "ru"}
    done = someone.post(f"/customers/{seeded.customer}", data=form)
    assert done.location == f"/customers/{seeded.customer}"
    assert card_of(seeded.customer)[0] == "Olga P."
    assert "Client card changed: name, organisation, language" in someone.get(done.location).text


@pytest.mark.parametrize("customer_id", ["404", "0", "99999999999999999999"])
def test_a_card_that_does_not_exist(agent: FlaskClient, seeded: Seeded, customer_id: str) -> None:
    assert agent.get(f"/customers/{customer_id}").status_code == 404
    assert agent.post(f"/customers/{customer_id}/notes", data={"notes": "x", "ticket": ""}).status_code == 404


# What strangers write


@pytest.mark.parametrize(
    "path",
    [
        "/customers",
        "/customers/{0}",
        "/customers/{0}?kind=ratings",
        "/customers/{0}?kind=events",
        "/tickets/{1}",
    ],
)
def test_nothing_a_customer_wrote_is_alive_on_the_page(agent: FlaskClient, path: str) -> None:
    seeded = seed(agent.agent, text=CANARY, name=CANARY)  # type: ignore[attr-defined]
    answer = agent.get(path.format(seeded.customer, seeded.ticket))
    assert answer.status_code == 200
    page = LexborHTMLParser(answer.text)
    assert "onerror=canary" in answer.text, "the text is there, escaped"
    assert not page.css("[onerror]")
    assert not page.css("img[src=x]")
    assert "49" not in " ".join(elements(answer.text, ".timeline strong, .entry-text"))


def test_what_was_searched_for_is_shown_escaped(agent: FlaskClient, seeded: Seeded) -> None:
    answer = agent.get("/customers", query_string={"q": CANARY, "after": CANARY})
    assert not LexborHTMLParser(answer.text).css("[onerror]")


# Editing


def test_an_address_of_another_card_is_named_and_linked(agent: FlaskClient, seeded: Seeded) -> None:
    with db.transaction() as session:
        ivan = customers.find_or_create(session, "ivan@mail.example", "Ivan <b>", now=NOW).id
    answer = agent.post(f"/customers/{seeded.customer}/addresses", data={"email": "ivan@mail.example"})
    assert answer.status_code == 422
    message = LexborHTMLParser(answer.text).css_first(".field-error")
    assert message is not None
    assert "Ivan <b>" in message.text()
    link = message.css_first("a")
    assert link is not None
    assert link.attributes["href"] == f"/customers/{ivan}"
    assert card_of(ivan)[5] == ["ivan@mail.example"]


@pytest.mark.parametrize(
    ("path", "form", "field"),
    [("/addresses", {"email": "nobody"}, "email"), ("/phones", {"phone": "call me"}, "phone"),
     ("/tags", {"tags": "x" * 61}, "tags"), ("", {"name": "n" * 201, "organisation": "", "language": ""}, "name"),
     ("/notes", {"notes": "x" * 10_001, "ticket": ""}, "notes")],
)  # fmt: skip
def test_a_refused_change_is_explained_at_its_field_and_keeps_what_was_typed(
    agent: FlaskClient, seeded: Seeded, path: str, form: dict[str, str], field: str
) -> None:
    before = card_of(seeded.customer)
    answer = agent.post(f"/customers/{seeded.customer}{path}", data=form)
    assert answer.status_code == 422
    page = LexborHTMLParser(answer.text)
    control = page.css_first(f"[name={field}][aria-invalid]")
    assert control is not None
    assert page.css_first(f"#{control.attributes['aria-describedby']}") is not None
    typed = control.attributes.get("value") or control.text().lstrip("\n")
    assert typed == form[field]
    assert card_of(seeded.customer) == before


def test_addresses_phones_and_tags(agent: FlaskClient, seeded: Seeded) -> None:
    base = f"/customers/{seeded.customer}"
    agent.post(f"{base}/addresses", data={"email": "Second@mail.example"})
    agent.post(f"{base}/phones", data={"phone": "+7 921 555-01-23"})
    agent.post(f"{base}/tags", data={"tags": "VIP, #wholesale,, vip"})
    *_, tags, addresses, phones = card_of(seeded.customer)
    assert (tags, addresses, phones[-1:]) == (  # type: ignore[index]
        ["vip", "wholesale"], ["olga@mail.example", "second@mail.example"], ["+7 921 555-01-23"],
    )  # fmt: skip
    second = LexborHTMLParser(agent.get(base).text).css_first("form[action$='/first']")
    assert second is not None
    agent.post(second.attributes["action"] or "")
    assert card_of(seeded.customer)[5] == ["second@mail.example", "olga@mail.example"]


def test_notes_beside_a_ticket_change_in_place(agent: FlaskClient, seeded: Seeded) -> None:
    form = {"notes": "Likes <b>tea</b>", "ticket": str(seeded.ticket)}
    plain = agent.post(f"/customers/{seeded.customer}/notes", data=form)
    assert plain.location == f"/tickets/{seeded.ticket}"
    form["notes"] += "!"
    answer = agent.post(f"/customers/{seeded.customer}/notes", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert elements(answer.text, ".notes-text") == ["Likes <b>tea</b>!"]
    assert not LexborHTMLParser(answer.text).css("b")


def test_saving_without_a_change_leaves_no_line_of_history(agent: FlaskClient, seeded: Seeded) -> None:
    with db.reading() as session:
        before = session.scalar(sa.select(sa.func.count(Event.id)))
    for _ in range(2):
        agent.post(f"/customers/{seeded.customer}/tags", data={"tags": "vip"})
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Event.id))) == (before or 0) + 1
