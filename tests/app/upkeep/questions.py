"""Made-up letters of known topics, in English and Russian, with greetings, names, slips of the pen, and chat about nothing.

Each topic is asked in several wordings that share few words, as customers do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

TOPICS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "invoice": (
            "Could you send me an invoice for my last order? Our accountant needs it.",
            "I need the invoice of {month} for my bookkeeping, where do I download it?",
            "The accountant asks for a VAT invoice, please issue one for the {thing}.",
            "Please resend the invoice, the company name on it is wrong.",
            "No invoice came with the {thing}. Can you mail me the invoice with VAT?",
        ),
        "password": (
            "I forgot my password and the reset link does not work.",
            "Cannot sign in to my account, it says the password is wrong.",
            "How do I reset the password of my account? The reset mail never comes.",
            "My account is locked after I typed the password wrong three times.",
            "The link for a new password has expired, I cannot sign in.",
        ),
        "return": (
            "I want to return the {thing}, it is too small. How do I send it back?",
            "Can I send back the {thing} and get a refund? I changed my mind.",
            "What is the address for returns? The {thing} does not fit and I want my refund.",
            "How long do I have to return a {thing} I do not like?",
            "I sent the {thing} back two weeks ago and still have no refund.",
        ),
        "delivery": (
            "When will the courier deliver my {thing}? The tracking has not moved for days.",
            "The tracking number shows nothing. Where is my parcel with the {thing}?",
            "My parcel should have been delivered on {day}, the courier never called.",
            "Is the parcel lost? Tracking says delivered but nobody rang.",
            "Can the courier deliver the parcel in the evening, after six?",
        ),
        "broken": (
            "The {thing} arrived with a cracked lid, it is damaged.",
            "My {thing} stopped working after a week, is it under warranty?",
            "The {thing} is broken: it does not switch on. Does the warranty cover it?",
            "There is a crack in the {thing} and the box was damaged.",
            "It stopped switching on yesterday, I still have the warranty card.",
        ),
        "gift": (
            "Do you sell gift cards? I would like to give one to my sister.",
            "The gift card code is not accepted at the checkout.",
            "How long is a gift card valid?",
            "Can I pay a part with a gift card and the rest by bank card?",
            "I bought a gift card and the code has not arrived by mail.",
        ),
    },
    "ru": {
        "invoice": (
            "Пришлите, пожалуйста, счёт-фактуру за последний заказ, бухгалтерия требует.",
            "Бухгалтеру нужен счёт за {month}, где его скачать?",
            "Нужны закрывающие документы для бухгалтерии: счёт и акт за {thing}.",
            "В счёте неверное название фирмы, перевыставьте, пожалуйста.",
            "К заказу не приложили счёт, вышлите счёт с НДС на почту.",
        ),
        "password": (
            "Забыл пароль, а ссылка для восстановления не работает.",
            "Не могу войти в личный кабинет, пишет неверный пароль.",
            "Как сбросить пароль от кабинета? Письмо для восстановления не приходит.",
            "Кабинет заблокирован: трижды ввела не тот пароль.",
            "Ссылка на новый пароль устарела, войти не получается.",
        ),
        "return": (
            "Хочу вернуть {thing}, не подошёл размер. Как оформить возврат?",
            "Можно ли сдать {thing} обратно и получить деньги? Передумала.",
            "На какой адрес отправлять возврат? Верните деньги за {thing}.",
            "Сколько дней есть, чтобы вернуть {thing}, если не понравился?",
            "Отправила возврат две недели назад, деньги так и не вернули.",
        ),
        "delivery": (
            "Когда курьер привезёт {thing}? Отслеживание не меняется уже неделю.",
            "Трек-номер ничего не показывает, где моя посылка?",
            "Посылку обещали доставить в {day}, курьер не позвонил.",
            "Посылка потерялась? По отслеживанию вручена, но никто не приходил.",
            "Может ли курьер доставить посылку вечером, после шести?",
        ),
        "broken": (
            "Пришёл {thing} с трещиной на крышке, повреждён при перевозке.",
            "Через неделю {thing} сломался, это гарантийный случай?",
            "Не включается {thing}, сломан. Распространяется ли гарантия?",
            "На корпусе трещина, коробка повреждена, {thing} не работает.",
            "Вчера перестал включаться, гарантийный талон сохранился.",
        ),
        "gift": (
            "Продаёте ли вы подарочные сертификаты? Хочу сестре на день рождения.",
            "Код подарочного сертификата не принимается при оплате.",
            "Сколько действует подарочный сертификат?",
            "Можно часть оплатить сертификатом, а остальное картой?",
            "Купила подарочный сертификат, а код на почту не пришёл.",
        ),
    },
}
ALONE = {
    "en": (
        "Do your cats in the shop window have names?", "I am a student writing about trade, may I interview you?",
        "We offer cleaning of facades at a good price.", "Who painted the mural in your hall?",
    ),
    "ru": (
        "Как зовут кота у вас на витрине?", "Пишу диплом о торговле, можно взять у вас интервью?",
        "Предлагаем мойку фасадов по хорошей цене.", "Кто расписал стену в вашем зале?",
    ),
}  # fmt: skip
_SLOTS = {
    "en": {
        "thing": ("kettle", "blue jacket", "lamp", "pair of boots", "blender", "rug"),
        "month": ("March", "April", "October"),
        "day": ("Monday", "Thursday", "Friday"),
    },
    "ru": {
        "thing": ("чайник", "плащ", "светильник", "рюкзак", "блендер", "ковёр"),
        "month": ("март", "апрель", "октябрь"),
        "day": ("понедельник", "четверг", "пятницу"),
    },
}
_AROUND = {
    "en": (("Hello,\n\n{}\n\nKind regards,\nAnna Miller"), ("Hi there! {} Thanks in advance"), "{}", "Good morning,\n{}"),
    "ru": (("Здравствуйте!\n\n{}\n\nС уважением,\nАнна Миллер"), ("Добрый день. {} Заранее спасибо"), "{}", "Привет,\n{}"),
}  # fmt: skip


def letters(language: str, number: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """(topic, text); the topic is '' for a letter that nobody else would write."""
    dice = random.Random(seed)
    topics = sorted(TOPICS[language])
    for _ in range(number):
        topic = "" if dice.random() < 0.1 else dice.choice(topics)
        wording = dice.choice(TOPICS[language][topic] if topic else ALONE[language])
        text = wording.format(**{name: dice.choice(words) for name, words in _SLOTS[language].items()})
        yield topic, dice.choice(_AROUND[language]).format(_slip(text, dice))


def _slip(text: str, dice: random.Random) -> str:
    """In every third letter two neighbouring letters of a longer word change places."""
    words = text.split(" ")
    place = dice.randrange(len(words))
    if dice.random() < 0.3 and len(words[place]) > 5:
        at = dice.randrange(1, len(words[place]) - 2)
        word = words[place]
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)
