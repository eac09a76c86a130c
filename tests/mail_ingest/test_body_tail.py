"""What stands below a letter and nobody wrote for it is folded; what a person says there is not."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

import pytest

from mail_ingest.body import split_quoted

OWN = "Hello,\n\nthe lamp flickers since Monday.\nCan it be repaired?"
HISTORY = "On Tue, Nov 3, 2026 at 3:04 PM Orbit <help@orbit.example> wrote:\n> Is it better?"

TAILS = {
    "list": "_______________________________________________\nLamps mailing list\nLamps@lists.client.example\nhttps://lists.client.example/listinfo/lamps",
    "signature and list": "-- \nMarta\n\n_______________________________________________\nLamps mailing list\nLamps@lists.client.example",
    "group": '-- \nYou received this message because you are subscribed to the "Lamps" group.\nTo unsubscribe, write to lamps-leave@client.example.',
    "tracker": "--\nReply to this email directly or view it on GitHub:\nhttps://tracker.example/lamps/1",
    "scanner": "---\nThis email has been checked for viruses by a scanner.\nhttps://scanner.example",
    "notice": "This message and its attachments are confidential. If you are not the intended recipient, please delete them and tell the sender.",
    "notice, ru": "Настоящее сообщение конфиденциально. Если вы не являетесь адресатом, удалите его.",
    "notice in stars": "****************************\nThis e-mail is confidential and intended for the addressee only.\n****************************",
    "trees": "Please consider the environment before printing this e-mail.",
    "pgp": "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----",
    "card and notice": "Kind regards,\nMarta Client\nClient Ltd\nTel. +49 30 1234567\n\nThis e-mail is confidential and meant for the named recipient only.",
    "rule and card": "-------------------------------\nMarta Client          marta@client.example\nClient Ltd            +49 30 1234567",
    "card without closing": "Marta Client\nHead of lamps\nmarta@client.example\n+49 30 1234567",
    "mark beside the name": "--Marta\nmarta@client.example",
    "account manager": "Best regards,\nMarta Client\nAccount Manager\nClient Ltd\n+49 30 1234567",
    "apology": "Sent from my phone, please excuse the typos",
    "korean phone": "내 iPhone에서 보냄",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
def test_it_is_folded_apart(tail):
    body = split_quoted(f"{OWN}\n\n{tail}")
    assert (body.visible, body.signature, body.folded) == (OWN, tail, "")


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
def test_it_is_folded_apart_above_and_below_the_quotation(tail):
    above = split_quoted(f"{OWN}\n\n{tail}\n\n{HISTORY}")
    assert (above.visible, above.signature, above.folded) == (OWN, tail, HISTORY)
    below = split_quoted(f"{HISTORY}\n\n{OWN}\n\n{tail}")
    assert (below.visible, below.signature, below.folded) == (OWN, tail, HISTORY)


@pytest.mark.parametrize("mark", ["P.S.", "PS:", "П.С.", "P.-S.", "P.D.", "追伸"])
def test_a_postscript_below_the_signature_is_shown(mark):
    body = split_quoted(f"{OWN}\n\n-- \nMarta Client\nClient Ltd\n\n{mark} The cable is fine.")
    assert body.visible == f"{OWN}\n\n{mark} The cable is fine."
    assert body.signature == "-- \nMarta Client\nClient Ltd"


SPOKEN = {
    "a wish below dashes": "--\nCall me tomorrow",
    "please below dashes": "--\nPlease send a new one",
    "a sentence below a card": "Thanks,\nMarta\n+49 30 1234567\n\nI hope you can help me.",
    "a call": "Thanks,\nplease call +49 30 1234567 tomorrow",
    "an address announced": "The new one goes to\n\nMarta Client\nLong street 5\nmarta@client.example\n+49 30 1234567",
    "a list of wishes": "I need\n-- Two lamps\n-- Three cables",
    "unsubscribe": "----\nHow do I unsubscribe? I get this every day.",
    "confidential": "This is confidential: I was given the lamp by the director of Orbit.",
    "scanner": "My scanner says that the lamp was not checked.",
    "long answer": "-- \nAnd now the long story, which begins on a Monday morning, when the lamp came and the box was open.",
    "question": "-- \nMarta\nWhen do you open on Sundays, and can you help me then?",
}


@pytest.mark.parametrize("text", SPOKEN.values(), ids=SPOKEN.keys())
def test_what_a_person_says_there_is_shown(text):
    letter = f"{OWN}\n\n{text}"
    body = split_quoted(letter)
    assert (body.visible, body.signature, body.folded) == (letter, "", "")
