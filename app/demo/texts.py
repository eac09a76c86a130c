"""What the customers of a made-up shop for kitchen appliances write, and what its agents answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """Sentences of one kind of ticket in one language, to be put together. `more`: what customers add later."""

    language: str
    tag: str
    subjects: tuple[str, ...]
    asked: tuple[str, ...]
    more: tuple[str, ...]
    answered: tuple[str, ...]


GREETINGS = {
    "en": ("Hello,", "Good morning,", "Hi there,", "Dear team,"),
    "ru": ("Здравствуйте!", "Добрый день!", "Доброе утро!", "Приветствую."),
}
THANKS = {
    "en": ("Thank you in advance.", "Many thanks,", "Looking forward to your answer.", "Kind regards,"),
    "ru": ("Заранее спасибо.", "С уважением,", "Жду вашего ответа.", "Благодарю за помощь."),
}
NUMBERED = {"en": "The number of my order is {}.", "ru": "Номер моего заказа: {}."}
NOTES = {
    "en": (
        "Called the warehouse, they will look today.",
        "The same customer wrote by phone last week, see the other ticket.",
        "Refund agreed with accounting.",
        "Waiting for the courier to confirm.",
    ),
    "ru": (
        "Позвонила на склад, обещали посмотреть сегодня.",
        "Этот клиент уже звонил на прошлой неделе.",
        "Возврат согласован с бухгалтерией.",
        "Ждём подтверждения от курьера.",
    ),
}

TOPICS = (
    Topic(
        "en",
        "delivery",
        ("Where is my parcel?", "Delivery is late", "Tracking has not moved for days"),
        (
            "I ordered a coffee grinder two weeks ago and it has not arrived.",
            "The tracking page has said the same thing since Thursday.",
            "Somebody was at home the whole day, but the courier did not come.",
            "The shop promised delivery within five working days.",
            "I need it before the weekend, since it is a present.",
            "Could you find out where the parcel is now?",
        ),
        (
            "It still has not come, and nobody called me.",
            "The courier says that the address was incomplete, although it is right on the bill.",
            "Please send it to my office instead, I am there until six.",
        ),
        (
            "I have asked the courier, and the parcel is in the depot of your town.",
            "It should be with you tomorrow between nine and noon.",
            "I am sorry that this took so long.",
            "We have corrected the address and told the driver to ring twice.",
            "If it does not arrive by then, we send a new one at once.",
        ),
    ),
    Topic(
        "en",
        "refund",
        ("Refund for a returned kettle", "Money not back yet", "I want to return my order"),
        (
            "I sent the kettle back on Monday of last week.",
            "According to the post office you received it three days later.",
            "The refund has not shown up on my card so far.",
            "The box was unopened and the receipt was inside.",
            "How long does a refund usually take with you?",
            "My bank sees nothing under way.",
        ),
        (
            "Still nothing on the account this morning.",
            "I paid with two cards, perhaps that is the reason.",
            "Please tell me the date of the transfer so that I can ask my bank.",
        ),
        (
            "Your return is in our warehouse and has been checked.",
            "The refund left our bank today and takes three working days.",
            "You will see two amounts, one for each of your cards.",
            "Thank you for packing it so carefully.",
            "Please write to us again if it has not come by Friday.",
        ),
    ),
    Topic(
        "en",
        "warranty",
        ("Mixer stopped working", "Broken after two months", "Spare part for a blender"),
        (
            "The mixer makes a grinding noise and then switches itself off.",
            "I have used it perhaps ten times since I bought it.",
            "It smells burnt after a minute on the second speed.",
            "The manual says to clean the coupling, and I did that.",
            "Is this covered by the warranty, and where do I send it?",
            "A small grey lever broke off the lid as well.",
        ),
        (
            "I tried what you described, and it is exactly the same as before.",
            "The serial number stands on the bottom, I have attached a photo.",
            "How long will the repair take?",
        ),
        (
            "That should not happen, and the warranty covers it.",
            "Please hold the button for ten seconds and try the first speed again.",
            "If it still stops, send it to our workshop; the label is free for you.",
            "A repair takes about eight days from the day it reaches us.",
            "We will put a new lever into the parcel when it comes back.",
        ),
    ),
    Topic(
        "en",
        "invoice",
        ("Invoice for my company", "Wrong name on the bill", "Tax number missing"),
        (
            "Our bookkeeper needs an invoice in the name of the company.",
            "The one in the parcel has my private address on it.",
            "Could you also add our tax number?",
            "We order from you every quarter and always need the same details.",
            "A document as a file is enough, no paper needed.",
        ),
        (
            "There is a typing error in the street, could you write it again?",
            "Thank you, and please use these details from now on.",
            "The sum does not match what was taken from the card.",
        ),
        (
            "The corrected invoice is ready, and the old one is void.",
            "Your account now has the details of the company for all later orders.",
            "The difference is the discount for the second item.",
            "Let me know if your bookkeeper needs anything else.",
        ),
    ),
    Topic(
        "en",
        "order",
        ("Change my order", "Cancel the second item", "Another colour, please"),
        (
            "I chose the red toaster by mistake and would like the black one.",
            "The order was placed less than an hour ago.",
            "Please cancel the second item, somebody gave me one yesterday.",
            "Can you still change the address of delivery?",
            "I did not find a button for that in my account.",
        ),
        (
            "The confirmation still shows the old colour.",
            "Please do not send both, I only need one.",
            "One more thing: could it be wrapped as a present?",
        ),
        (
            "The order has not left yet, so I have changed it for you.",
            "You will get a new confirmation in a few minutes.",
            "The amount for the cancelled item is released on your card today.",
            "It will be wrapped, with the card you wanted.",
        ),
    ),
    Topic(
        "ru",
        "delivery",
        ("Где моя посылка?", "Задержка доставки", "Курьер не приехал"),
        (
            "Две недели назад я заказал у вас кофемолку, и её до сих пор нет.",
            "На странице отслеживания с четверга ничего не меняется.",
            "Весь день кто-то был дома, но курьер так и не приехал.",
            "На сайте обещали доставку за пять рабочих дней.",
            "Она нужна мне до выходных, это подарок.",
            "Не могли бы вы узнать, где сейчас посылка?",
        ),
        (
            "Посылка всё ещё не пришла, и никто не позвонил.",
            "Курьер говорит, что адрес неполный, хотя в счёте он правильный.",
            "Отправьте её, пожалуйста, на работу, я там до шести.",
        ),
        (
            "Я связалась с курьером: посылка на складе в вашем городе.",
            "Её привезут завтра с девяти до двенадцати.",
            "Извините, пожалуйста, за долгое ожидание.",
            "Мы исправили адрес и попросили водителя позвонить заранее.",
            "Если она не придёт и завтра, мы сразу отправим новую.",
        ),
    ),
    Topic(
        "ru",
        "refund",
        ("Возврат денег за чайник", "Деньги не вернулись", "Хочу вернуть заказ"),
        (
            "В понедельник на прошлой неделе я отправила чайник обратно.",
            "По данным почты вы получили его через три дня.",
            "Деньги на карту пока не вернулись.",
            "Коробка не вскрыта, чек лежал внутри.",
            "Сколько времени обычно занимает возврат?",
        ),
        (
            "Сегодня утром на счёте по-прежнему ничего нет.",
            "Я платила двумя картами, возможно, дело в этом.",
            "Сообщите, пожалуйста, дату перевода, чтобы я спросила в банке.",
        ),
        (
            "Ваш возврат на складе, его уже проверили.",
            "Деньги сегодня ушли из нашего банка, перевод идёт три рабочих дня.",
            "Вы увидите две суммы, по одной на каждую карту.",
            "Спасибо, что так аккуратно упаковали.",
        ),
    ),
    Topic(
        "ru",
        "warranty",
        ("Миксер перестал работать", "Сломался через два месяца", "Нужна деталь для блендера"),
        (
            "Миксер скрежещет и через минуту сам выключается.",
            "Я пользовался им раз десять с момента покупки.",
            "На второй скорости появляется запах гари.",
            "В инструкции сказано почистить муфту, я это сделал.",
            "Распространяется ли на это гарантия и куда его отправить?",
        ),
        (
            "Я попробовал то, что вы написали, ничего не изменилось.",
            "Серийный номер указан на дне.",
            "Сколько времени займёт ремонт?",
        ),
        (
            "Так быть не должно, это гарантийный случай.",
            "Подержите, пожалуйста, кнопку десять секунд и включите первую скорость.",
            "Если он снова выключится, отправьте его в мастерскую, пересылка бесплатна.",
            "Ремонт занимает около восьми дней со дня получения.",
        ),
    ),
    Topic(
        "ru",
        "invoice",
        ("Счёт на организацию", "Ошибка в счёте", "Нужны закрывающие документы"),
        (
            "Бухгалтерии нужен счёт на имя организации.",
            "В посылке лежал счёт с моим домашним адресом.",
            "Добавьте, пожалуйста, наш ИНН.",
            "Мы заказываем у вас каждый квартал с одними и теми же реквизитами.",
        ),
        (
            "В названии улицы опечатка, исправьте, пожалуйста.",
            "Спасибо, используйте эти реквизиты и дальше.",
            "Сумма не совпадает со списанной.",
        ),
        (
            "Исправленный счёт готов, прежний недействителен.",
            "Реквизиты сохранены для всех следующих заказов.",
            "Разница в сумме — это скидка на второй товар.",
        ),
    ),
)
