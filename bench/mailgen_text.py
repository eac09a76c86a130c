"""Words for generated support mail: people, subjects and letters in English and Russian. All of it is invented."""

import random
from dataclasses import dataclass

_EN_OPENINGS = ("Hello,", "Hi,", "Good morning,", "Dear support,", "Hello Orbit team,")
_RU_OPENINGS = (
    "Здравствуйте!",
    "Добрый день!",
    "Доброе утро!",
    "Уважаемая поддержка!",
    "Здравствуйте, «Орбита»!",
)
_EN_CLOSINGS = ("Best regards,", "Kind regards,", "Thanks,", "Thank you in advance,")
_RU_CLOSINGS = ("С уважением,", "Спасибо,", "Заранее спасибо,", "Всего доброго,")
_EN_THINGS = (
    "lamp|desk lamp|charger|remote control|invoice|parcel|subscription|password|account|discount code|delivery"
    "|spare bulb|cable|mobile app|night light|warranty|refund|payment|motion sensor|timer|dimmer"
).split("|")
_RU_THINGS = (
    "лампа|настольная лампа|зарядка|доставка|посылка|подписка|скидка|оплата|гарантия|накладная|упаковка|кнопка"
    "|вилка|розетка|инструкция|программа|учётная запись|подсветка|замена|ссылка|квитанция"
).split("|")
_EN_SENTENCES = (
    "The {a} stopped working {when} and the {b} does not help.",
    "I ordered the {a} {when}, but the {b} has not arrived.",
    "Could you please tell me how to change the {a} without losing the {b}?",
    "After the last update the {a} asks for the {b} every time I open it.",
    "I have already tried to reset the {a} twice, and the {b} still blinks red.",
    "My colleague says that the {a} should include the {b}, is that right?",
    "The page about the {a} shows an error when I choose the {b}.",
    "I was charged for the {a} {when}, although I cancelled the {b}.",
    "Please send a new {a}, the old one broke together with the {b}.",
    "It happens in the evening, when the {a} is warm and the {b} is on.",
    "I would like to return the {a} and keep the {b}.",
    "There is nothing about the {a} in the manual, only about the {b}.",
)
_RU_SENTENCES = (
    "У меня {when} сломалась деталь: {a}, и не помогает даже {b}.",
    "Я оформил заказ {when}, но в нём есть только {a}, а нужна ещё {b}.",
    "Подскажите, пожалуйста, как изменить пункт «{a}», чтобы не пропал пункт «{b}»?",
    "После обновления открывается раздел «{a}», а раздел «{b}» пустой.",
    "Я дважды пробовал сбросить настройки, но {a} и {b} не работают вместе.",
    "Коллега говорит, что в комплект входит {a}, а также {b}, это верно?",
    "На странице «{a}» появляется ошибка, когда я выбираю «{b}».",
    "Деньги списали {when}, хотя {a} отменена, и {b} тоже.",
    "Пришлите, пожалуйста, замену: {a} треснула, вместе с ней {b}.",
    "Это случается вечером, когда включена {a} и рядом {b}.",
    "Хочу вернуть одну позицию ({a}) и оставить другую ({b}).",
    "В описании ничего нет про то, как {a} связана с тем, где {b}.",
)
_EN_WHEN = ("yesterday", "last week", "on Monday", "two days ago", "this morning", "after the storm")
_RU_WHEN = ("вчера", "на прошлой неделе", "в понедельник", "два дня назад", "утром", "после грозы")
_EN_SUBJECTS = (
    "{a} does not work",
    "Question about the {a}",
    "Where is my {a}?",
    "{a} and {b}",
    "Problem: {a}",
)
_RU_SUBJECTS = ("Не работает: {a}", "Вопрос: {a}", "Где {a}?", "Проблема: {a} и {b}", "Помогите: {a}")
_EN_FIRST = "Marta|Peter|Paula|Oscar|Linda|Henry|Sofia|Jonas|Clara|Felix|Nora|Simon|Alma|Victor|Ida".split(
    "|"
)
_EN_LAST = "Lund|Baker|Costa|Novak|Weber|Moreau|Kuipers|Silva|Brandt|Marsh|Olsen|Varga|Keller|Price".split(
    "|"
)
_RU_FIRST = "Иван|Пётр|Анна|Мария|Олег|Ольга|Юрий|Елена|Борис|Дарья|Семён|Вера|Лев|Нина|Глеб".split("|")
_RU_LAST = "Светлов|Лугин|Речной|Ветров|Садко|Зимин|Полев|Лесной|Горин|Снегов|Мостов|Озеров|Дымов".split("|")


@dataclass(frozen=True)
class Person:
    """Somebody who writes: display name, address, "en" or "ru"."""

    name: str
    address: str
    language: str


def person(rng: random.Random, number: int) -> Person:
    """A new person; `number` makes the address unique."""
    language = rng.choice(("en", "ru"))
    first, last = (_EN_FIRST, _EN_LAST) if language == "en" else (_RU_FIRST, _RU_LAST)
    domain = rng.choice(("client.example", "post.example", "mail.example", "firm.example"))
    return Person(f"{rng.choice(first)} {rng.choice(last)}", f"person{number}@{domain}", language)


def subject(rng: random.Random, language: str) -> str:
    """The subject of a new letter."""
    forms, things = (_EN_SUBJECTS, _EN_THINGS) if language == "en" else (_RU_SUBJECTS, _RU_THINGS)
    return rng.choice(forms).format(a=rng.choice(things), b=rng.choice(things))


def letter(rng: random.Random, writer: Person, size: int) -> str:
    """Paragraphs of about `size` characters with a greeting and a closing."""
    english = writer.language == "en"
    paragraphs = [rng.choice(_EN_OPENINGS if english else _RU_OPENINGS)]
    length = 0
    while length < size:
        sentences = [_sentence(rng, english) for _ in range(rng.randint(2, 5))]
        paragraphs.append(" ".join(sentences))
        length += len(paragraphs[-1])
    number = rng.randint(10_000, 99_999)
    paragraphs.append(f"Order {number}." if english else f"Заказ {number}.")
    paragraphs.append(f"{rng.choice(_EN_CLOSINGS if english else _RU_CLOSINGS)}\n{writer.name}")
    return "\n\n".join(paragraphs)


def _sentence(rng: random.Random, english: bool) -> str:
    sentences, things, when = (
        (_EN_SENTENCES, _EN_THINGS, _EN_WHEN) if english else (_RU_SENTENCES, _RU_THINGS, _RU_WHEN)
    )
    return rng.choice(sentences).format(a=rng.choice(things), b=rng.choice(things), when=rng.choice(when))
