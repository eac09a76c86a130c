"""Names and addresses of people who do not exist. Pure: the same number is the same person."""

from __future__ import annotations

from dataclasses import dataclass

_FIRST = {
    "en": (
        "Alice Ben Carla Daniel Emma Frank Grace Henry Isla Jack Karen Liam Mona Noah Olive Paul Ruth Sam Tara"
    ).split(),
    "ru": (
        "Анна Борис Вера Глеб Дарья Егор Жанна Захар Инна Кирилл Лидия Максим Нина Олег Полина Роман Софья"
    ).split(),
}
_LAST = {
    "en": "Archer Barlow Croft Dalton Ellery Fenwick Garner Hollis Ingram Jarvis Kerr Langley Marsh Norwood".split(),
    "ru": "Акимов Белов Волков Гусев Дубов Ежов Жуков Зимин Котов Лосев Морозов Носов Орлов Панин Рогов".split(),
}
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
_SPELT = "a b v g d e zh z i j k l m n o p r s t u f h c ch sh sch - y - e yu ya e"
_LATIN = dict(zip(_CYRILLIC, _SPELT.replace("-", "").split(" "), strict=True))
_HOSTS = ("mail.example", "post.example", "inbox.example", "letters.example")
_FIRMS = ("Larch", "Beacon", "Harbour", "Quarry", "Meadow", "Granite", "Willow", "Anchor")
_KINDS = ("Bakery", "Hotels", "Design", "Studios", "Logistics", "Gardens")
# Women's surnames in Russian have an ending of their own.
_WOMEN = frozenset({"Анна", "Вера", "Дарья", "Жанна", "Инна", "Лидия", "Нина", "Полина", "Софья"})


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    language: str
    organisation: str
    phone: str


def customer(number: int) -> Person:
    """Two of five write Russian; one of twelve writes for a firm, one of four left a phone number."""
    language = "ru" if number % 5 in (1, 3) else "en"
    firsts, lasts = _FIRST[language], _LAST[language]
    first, last = firsts[number * 7 % len(firsts)], lasts[number * 11 % len(lasts)]
    if first in _WOMEN:
        last += "а"
    firm = f"{_FIRMS[number % 8]} {_KINDS[number // 8 % 6]} {number // 960 + 1}" if number % 12 == 0 else ""
    phone = f"+44 20 7946 {number % 10_000:04d}" if number % 4 == 0 else ""
    local = f"{latin(first)}.{latin(last)}.{number}"
    return Person(f"{first} {last}", f"{local}@{_HOSTS[number % 4]}", language, firm, phone)


def latin(word: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in word.lower())


AGENTS = (
    ("Nora Whitfield", "en"),
    ("Павел Астахов", "ru"),
    ("Miriam Locke", "en"),
    ("Юлия Чернова", "ru"),
    ("Oscar Brandt", "en"),
    ("Elif Sayer", "en"),
    ("Антон Ремизов", "ru"),
    ("Hazel Thorne", "en"),
)
MAILBOXES = (
    ("Orbit Help Desk", "help@orbit-demo.example", "en"),
    ("Орбита", "pomosch@orbit-demo.example", "ru"),
    ("Orbit Wholesale", "trade@orbit-demo.example", "en"),
)
