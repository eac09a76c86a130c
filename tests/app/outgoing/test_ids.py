"""Tokens that only we can make, and that survive what mail programs do to them."""

from __future__ import annotations

import pytest

from app.outgoing import ids

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_message_id_names_its_ticket_and_message() -> None:
    made = ids.make_message_id(1042, 7, "orbit.example", KEY, nonce="ab12")
    assert ids.read_token(f"<x@y> <{made}>", KEY) == (1042, 7)
    assert made.isascii() and "<" not in made and made.endswith("@orbit.example")


def test_a_reply_address_survives_a_change_of_case() -> None:
    address = ids.reply_address("support@orbit.example", 1042, 7, KEY)
    assert address.startswith("support+1042.7.")
    assert ids.read_token(address.upper(), KEY) == (1042, 7)
    assert ids.read_token(address.lower(), KEY) == (1042, 7)


def test_ids_differ_when_row_numbers_are_used_again() -> None:
    first = ids.make_message_id(1, 1, "orbit.example", KEY, nonce="aa")
    assert first != ids.make_message_id(1, 1, "orbit.example", KEY, nonce="bb")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("1042", "1043"),
        lambda text: text.replace(".7.", ".8."),
        lambda text: text.replace(".7.", ".07."),
        lambda text: text[:-20] + text[-19:],
    ],
)
def test_a_changed_token_is_nobodys(change: object) -> None:
    made = ids.make_message_id(1042, 7, "orbit.example", KEY, nonce="ab12")
    changed = change(made)  # type: ignore[operator]
    if ".07." in changed:
        # The same numbers in another spelling: the signature is over the numbers.
        assert ids.read_token(changed, KEY) == (1042, 7)
    else:
        assert ids.read_token(changed, KEY) is None


def test_every_character_of_the_signature_counts() -> None:
    made = ids.make_message_id(1042, 7, "orbit.example", KEY, nonce="ab12")
    mac = made.partition("@")[0].rpartition(".")[2]
    assert len(mac) * 5 >= 128
    for place, char in enumerate(mac):
        forged = mac[:place] + ("a" if char != "a" else "b") + mac[place + 1 :]
        assert ids.read_token(made.replace(mac, forged), KEY) is None


def test_another_installations_token_is_not_ours() -> None:
    assert ids.read_token(ids.make_message_id(1, 2, "orbit.example", OTHER, nonce="a"), KEY) is None


def test_a_genuine_token_is_found_behind_forged_ones() -> None:
    forged = "<1.2." + "a" * 26 + "@x.example>"
    genuine = ids.make_message_id(5, 6, "orbit.example", KEY, nonce="q")
    assert ids.read_token(f"{forged} <{genuine}>", KEY) == (5, 6)


@pytest.mark.parametrize(
    "text", ["", "<a@b>", "support@orbit.example", "1.2.3", "9" * 40 + ".1." + "a" * 26, "\x00" * 50]
)
def test_text_without_a_token(text: str) -> None:
    assert ids.read_token(text, KEY) is None


def test_an_address_that_would_be_too_long_stays_as_it_is() -> None:
    long = "a" * 40 + "@orbit.example"
    assert ids.reply_address(long, 1042, 7, KEY) == long


def test_a_domain_in_other_letters_travels_in_ascii() -> None:
    assert ids.make_message_id(1, 1, "почта.example", KEY, nonce="a").isascii()
