"""Letters with programs in them, and letters that were passed on, for the measurement of quotations."""

# ruff: noqa: E501 - letters stand here as they arrive, long lines and all

from __future__ import annotations

CODE: dict[str, tuple[tuple[str, str], ...]] = {
    "patch below quotation": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> Can you send a patch?"),
        ("written", "\nHere:\n\n--- a/pump.c\n+++ b/pump.c\n@@ -1,2 +1,2 @@\n-start();\n+start(10);\n"),
        ("signature", "-- \nHannah"),
    ),
    "indented answer": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> Can you send a patch?\n>\n> Otto"),
        ("written", "\n    yes();\n\n\tno();"),
    ),
    "bars": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n| Does the pump run?\n| For how long?\n| Otto"),
        ("written", "\nYes, ten minutes."),
    ),
    "bars between": (
        ("quoted", "Otto Older writes:\n | Does the pump run?"),
        ("written", "Yes."),
        ("quoted", " | For how long?\n | And then?"),
        ("written", "Ten minutes."),
    ),
    "colons": (
        ("quoted", "In article <1@news.example> otto@y.example (Otto Older) writes:\n: Does the pump run?\n: For how long?\n: Otto"),
        ("written", "\nYes, ten minutes."),
    ),
    "curly": (
        ("quoted", "On Jan 4, 2027, Otto Older wrote:\n} Does the pump run?\n} For how long?\n}\n} Otto"),
        ("written", "\nYes, ten minutes."),
    ),
    "percent": (
        ("quoted", "On Jan 4, 2027, Otto Older wrote:\n% Does the pump run?\n% For how long?\n% Otto"),
        ("written", "\nYes, ten minutes."),
    ),
    "hash": (
        ("quoted", "On Jan 4, 2027, Otto Older wrote:\n# Does the pump run?\n# For how long?\n# Otto"),
        ("written", "\nYes, ten minutes."),
    ),
    "initials": (
        ("quoted", "Otto Older <otto@y.example> writes:\n\nOO> Does the pump run?\nOO> For how long?"),
        ("written", "\nYes, ten minutes."),
        ("quoted", "OO> And then?"),
        ("written", "It stops."),
    ),
    "supercite": (
        ("quoted", '>>>>> "Otto" == Otto Older <otto@y.example> writes:\n\n    Otto> Does the pump run?\n    Otto> For how long?'),
        ("written", "\nYes, ten minutes."),
        ("quoted", "    Otto> And then?"),
        ("written", "It stops."),
    ),
    "name marks": (
        ("quoted", "Otto Older wrote:\nOtto> Does the pump run?\nOtto> For how long?\nOtto> Tell me."),
        ("written", "\nYes, ten minutes."),
    ),
    "wrapped badly": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> Does the pump run when it is connected to the tap in the old\ngarden house?\n"
                   "> For how long does it run when it is connected to the tap in the\nkitchen?\n> Otto"),
        ("written", "\nYes, ten minutes."),
    ),
    "spaces before marks": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n\n   > Does the pump run?\n   > For how long?\n\n"),
        ("written", "Yes, ten minutes."),
    ),
    "tab marks": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n\n>\tDoes the pump run?\n>\tFor how long?"),
        ("written", "\nYes, ten minutes."),
    ),
    "dots": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> [...]\n> Does the pump run?"),
        ("written", "\nYes.\n\n[...]\n\nAnd no."),
    ),
    "snipped": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> Does the pump run?"),
        ("written", "<snip>\n\nYes, ten minutes."),
    ),
    "pgp signed": (
        ("signature", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n"),
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> Does the pump run?"),
        ("written", "\nYes, ten minutes.\n"),
        ("signature", "- -- \nHannah Quill\n-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG v2\n\niQEcBAEBCAAGBQJabcdeAAoJEP\n=aBcD\n-----END PGP SIGNATURE-----"),
    ),
    "answer above, quotation, answer below": (
        ("written", "Two answers, one here."),
        ("quoted", "\nOn 1/4/27 9:05 AM, Otto Older wrote:\n> Does the pump run?"),
        ("written", "\nAnd one here."),
    ),
    "two attributions": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> On 1/3/27 8:05 AM, Lou Lily wrote:\n>> Does the pump run?\n> Yes."),
        ("written", "\nFor how long?"),
    ),
    "two letters quoted": (
        ("quoted", "Otto Older wrote:\n> Does the pump run?"),
        ("written", "Yes."),
        ("quoted", "\nLou Lily wrote:\n> And the hose?"),
        ("written", "It leaks."),
    ),
    "bottom below block": (
        ("quoted", "Otto Older <otto@y.example> wrote on 04.01.2027 09:05:\n> Does the pump run?\n> -- \n> Otto\n> https://older.example"),
        ("written", "\nYes."),
    ),
    "unix from": (
        ("quoted", "On 1/4/27 9:05 AM, Otto Older wrote:\n> Does the pump run?"),
        ("written", "\n>From my garden I can see it run."),
    ),
}  # fmt: skip

FORWARDS: dict[str, str] = {
    "gmail": "---------- Forwarded message ---------\nFrom: Otto Older <otto@y.example>\nDate: Mon, Jan 4, 2027 at 9:05 AM\nSubject: pump\nTo: <x@y.example>\n\n\nThe pump stops.",
    "apple": "Begin forwarded message:\n\nFrom: Otto Older <otto@y.example>\nSubject: pump\nDate: January 4, 2027 at 9:05:11 AM GMT+1\nTo: x@y.example\n\nThe pump stops.",
    "apple marked": "Begin forwarded message:\n\n> From: Otto Older <otto@y.example>\n> Subject: pump\n> Date: January 4, 2027\n> To: x@y.example\n> \n> The pump stops.",
    "thunderbird": "-------- Forwarded Message --------\nSubject: \tpump\nDate: \tMon, 4 Jan 2027 09:05:11 +0100\nFrom: \tOtto Older <otto@y.example>\nTo: \tx@y.example\n\n\nThe pump stops.",
    "thunderbird de": "-------- Weitergeleitete Nachricht --------\nBetreff: \tPumpe\nDatum: \tMon, 4 Jan 2027 09:05:11 +0100\nVon: \tOtto Older <otto@y.example>\nAn: \tx@y.example\n\n\nDie Pumpe steht.",
    "thunderbird ru": "-------- Перенаправленное сообщение --------\nТема: \tнасос\nДата: \tMon, 4 Jan 2027 09:05:11 +0300\nОт: \tOtto Older <otto@y.example>\nКому: \tx@y.example\n\n\nНасос стоит.",
    "mutt": "----- Forwarded message from Otto Older <otto@y.example> -----\n\nDate: Mon, 4 Jan 2027 09:05:11 +0100\nFrom: Otto Older <otto@y.example>\nTo: x@y.example\nSubject: pump\n\nThe pump stops.\n\n----- End forwarded message -----",
    "notes": "---------------------- Forwarded by Hannah Quill/Garden/Quill on 01/04/2027 09:15 AM ---------------------------\n\n\nOtto Older <otto@y.example> on 01/04/2027 09:05:11 AM\nTo: hannah@quill.example\ncc:  \nSubject: pump\n\n\nThe pump stops.",
    "notes 2": "----- Forwarded by Hannah Quill/Garden/Quill on 01/04/2027 09:15 AM -----\n\nFrom:\tOtto Older <otto@y.example>\nTo:\thannah@quill.example\nDate:\t01/04/2027 09:05 AM\nSubject:\tpump\n\nThe pump stops.",
    "mail.ru": "-------- Пересылаемое сообщение --------\nОт: Otto Older <otto@y.example>\nКому: x@y.example\nДата: Понедельник, 4 января 2027, 9:05 +03:00\nТема: насос\n\nНасос стоит.",
    "yandex": "-------- Начало пересылаемого сообщения --------\n04.01.2027, 09:05, \"Otto Older\" <otto@y.example>:\n\nНасос стоит.\n\n-------- Конец пересылаемого сообщения --------",
    "pine": "---------- Forwarded message ----------\nDate: Mon, 4 Jan 2027 09:05:11 +0100 (CET)\nFrom: Otto Older <otto@y.example>\nTo: x@y.example\nSubject: pump\n\nThe pump stops.",
    "yahoo": "----- Forwarded Message -----\nFrom: Otto Older <otto@y.example>\nTo: x@y.example\nSent: Monday, January 4, 2027 9:05 AM\nSubject: pump\n\nThe pump stops.",
}  # fmt: skip
