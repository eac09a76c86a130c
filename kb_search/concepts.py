"""Different words for one thing, as customers and answers of support desks use them, in English and Russian. Pure.

A customer writes "where is my cash" and the article says "refund"; no stem brings the two together. A line (with its
indented continuation) is one concept; `word*` stands for every word that begins so. A word is in one concept only,
that of its longest beginning.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from kb_search.stems import is_russian, sound, stem
from kb_search.stopwords import STOP_WORDS
from kb_search.vocabulary import ACTS, THINGS
from kb_search.vocabulary_more import MORE

# Snowball leaves "доставка", "доставить" and "доставляем" three stems; their first five letters are one.
_ROOT = 5
# Shorter ones are too much like others to be known by a stem or a sound.
_SHORT = 4
_LINES = """
abroad* overseas international* foreign границ* зарубеж* заграниц* международн* иностран*
accept* принима* прием принят* примете примут
account* profile* аккаунт* профил* учетк* учетн* кабинет* лк
activat* enable* активир* активац* включить включи подключить подключит* подключен*
add adding added insert* attach* добав* дозаказ* прикреп* вложи*
address* адрес* улиц* дом дома квартир*
agent* operator* representative* human оператор* менеджер* консультант* специалист* сотрудник* работник*
allow* permission* permit* access разреш* доступ* права
answer* reply replied respond* response* ответ* отвеч* откли* реакц*
app apps application* программ* прог* приложен* приложух* софт*
appointment* booking* book booked reserv* запис* бронь брон* забронир*
balance* remaining остат* баланс*
bank* atm банк* банкомат*
bill bills billing billed invoice* счет счета счету счетом счетов
block* locked lock lockout suspend* freeze frozen заблок* блокир* блокиров* закрыт* заморо*
bonus* points reward* loyalty cashback кешбэк* кэшбэк* кешбек* кэшбек* бонус* балл* балы
branch* office* офис* филиал* отделен* магазин*
broken break breaks broke crack* damag* defect* faulty smash* брак* бракован* дефект* поврежд* сломан*
  сломал* поломк* разбит* разби* треснул* трещин* неисправ* испорч* побит*
browser* chrome firefox браузер*
buy buying bought purchase* купить купил* куплю покуп* приобрест* приобрел* приобрет*
call calling calls called phone telephone позвон* звон* дозвон* перезвон* телефон* колл
cancel* revoke abort отмен* аннулир* отказа* передума* расторг* отказыв*
card cards карт карта карты карте карту картой карточк*
cash наличн* налич нал налик*
change* changing modify amend edit correct* измен* поменя* смени* сменя* исправ* редактир* правк* замен*
  смена смену переделай*
charge* charging deduct* debited withdr* списа* спиши* снял* сняли снима* списыв* взял* удержа*
cheap* cheaper дешев* подешев* недорог*
check verify verification verified confirm* провер* подтвер* подтверд* удостовер*
child* kids kid baby ребен* дети детей детск*
close* shut delete* remov* erase deactivat* удал* стере* стерт* закрыть закрой* закройте убер* убра* снести
code codes код коды кода коду кодом
colour* color* цвет* расцвет*
company* business organisation* organization* corporate legal юрлиц* юридич* организац* компан* фирм* ооо ип
  юр безнал*
complain* complaint* rude жалоб* пожал* груб* хам* нахам* претенз* недовол* возмущ* безобраз*
contact* reach связа* контакт* обрати* обращен*
contract* agreement* договор* контракт* соглашен*
cost costs price* pricing pricey fee fees rate rates tariff* how-much стоим* стои* цен цена цены цену цене
  ценой ценник* тариф* расцен* плата
country countries стран*
coupon* promo* promocode* voucher* discount* промо* купон* скидк* скидочн* акци* распродаж*
courier* driver* курьер* водител* экспедитор*
credit* loan* instalm* installm* mortgage кредит* рассроч* ипотек* заем займ* частями
currency* exchange* convert* conversion валют* обмен* курс* конверт*
data personal privacy gdpr персональн* данные данных конфиденц*
date day days deadline* дата дату даты дней день дня срок* сроки
deliver* ship shipping shipped shipment* dispatch* postage достав* привез* привоз* везт* везет* везут*
  довез* довоз* отгруз* отправк*
device* gadget* hardware устройств* аппарат* девайс* гаджет*
document* paper* certificate* certif* документ* бумаг* справк* акт акты накладн*
domain* hosting server* домен* хостинг* сервер*
download* export скача* загруз* выгруз* экспорт*
duplicate* twice double doubled дважды двойн* задво* повторн* второй
email* mail* mailbox inbox почт* емейл* имейл* мейл* майл* электронк*
error* fail failed fails failing failure bug bugs crash* glitch* freezing ошиб* сбо* баг баги глюч* глюк*
  вылета* зависа* завис* лага* тормоз*
swap exchange replac* обменя* замены замену
expire* expir* validity истек* истеч* сгор* просроч* действителен недействит* действует
find found search* locate найти нашел наш* поиск* искать ищу отыск*
fine penalty penalties overdue штраф* пеня пени неусто* просрочк*
food meal* menu еда еду питан* меню
free gratis complimentary бесплат* даром
gift* present подар* сертификат*
guarantee* warrant* гарант*
health doctor* clinic medical врач* клиник* поликлин* медиц* здоров*
help support assist* assistance помо* поддерж* подсказ*
hour hours opening schedule timetable график* расписан* режим* часы работаете открываетесь открыт*
identity passport id удостоверение паспорт* личност*
install* setup set-up mount* установ* монтаж* смонтир* настро* инстал* повес*
insurance* insur* страхов* страхо* полис*
internet wifi wi-fi network connection connect* интернет* сеть вайфай* вай-фай* соедин* подключение коннект*
invite* referral refer friend* пригла* реферал* друг друга другу друзей
item* product* goods merchandise товар* издел* вещь вещи продукц*
job jobs vacanc* career* hiring hire ваканс* резюме трудоустр* работу
language* translat* язык* перевод перевест* переведи*
late delay* delayed overdue опазд* опозда* задерж* задержк* просроч* долго затян* затягив*
license* licence* лиценз*
limit* maximum minimum cap лимит* максимум* минимум* огранич* предел*
login* log-in signin sign-in logon войти войд* вход* логин* залогин* авториз* зайти заходит зашел
lose lost missing disappear* vanish* потеря* утер* пропа* исчез* недостач* недовложен* нехват* хвата*
  недоста* комплект*
manual* instruction* guide инструкц* руководств* памятк*
meter meters reading readings показан* счетчик*
mobile cell cellphone smartphone iphone android sim мобил* смартфон* айфон* андроид* симк* сим сотов*
money cash-back funds деньг* денег денежн* деньж* средств* бабк* сумм* рубл* оплаченн*
move moving relocat* transfer-house переезд* переех* перенест* перенос* перенес*
name surname фамил* имя имени фио
new brand-new нов новый новую новое новая
notification* notify alert* reminder* уведомл* оповещ* напомин* пуш пуши
number* номер* номерк*
order* заказ* заявк*
package* parcel* box посылк* коробк* бандерол* упаков* отправлени*
password* passcode pin парол* пин пинкод* пин-код*
pay paying pays paid payment* оплат* заплат* платеж* платит* платить уплат* расплат* проплат* перечисл*
photo* picture* image* screenshot* фото* снимок снимк* скрин* изображен* картинк*
pickup pick-up collect collection самовывоз* забрать заберу забират* выдач* получить-самому пункт*
plan plans tier upgrade downgrade тариф* план планы пакет* апгрейд*
print* printer* печат* принтер* распечат*
quality состояни* качеств*
receipt* чек чека чеки чеку чеком квитанц*
recover* restore* reset восстанов* сброс* сбрось* забыл* forgot* forget*
refund* reimburs* возврат* вернут* верни* вернет* возмещ* вернул* возвращ* компенс* reimburse
register* registr* signup sign-up enroll* регистр* зарегистр* завести
repair* fix fixed fixing mend ремонт* почин* чини* отремонт* мастер* сервис* диагност*
report* statement* отчет* выписк* сводк*
return* give-back send-back сдать сдал* сдач* обратно назад
salary wage payroll зарплат* оклад* аванс*
school course* lesson* class classes training курсы курсов урок* занят* обучен* учеб* лекц* вебинар*
screen display monitor экран* диспле* монитор*
security secure fraud* scam* stolen steal hack* мошен* украл* украд* взлом* безопасн* подозрит*
seller* vendor* supplier* продав* поставщ* продавец
sell sale продать продаж* прода*
sick ill illness больнич* боле*
size* fit размер* габарит* подош* подход*
slow lag lags lagging медлен* лагает
sms text смс эсэмэс* сообщен*
sound audio noise звук* шум* громк*
spam advert* newsletter* mailing unsubscrib* рассыл* отпис* спам* реклам*
speed fast quick* urgent* скорост* быстр* срочн*
start begin launch* начать начал* начн* запуск* запуст*
status stage progress статус* этап* стади* готов*
stock available availability in-stock наличи* складе склад остал* поступ* завез* появит*
stop pause suspend приостан* останов* пауз*
subscription* subscribe* membership подписк* подпис* абонем* членств*
tax taxes vat налог* ндс ндфл вычет*
terms rules policy policies conditions правил* услов* регламент* полити*
ticket* билет*
time when while когда время времени скольк* долго-ли
track* tracking trace отслеж* трек* где-заказ
transfer* wire remit* перевод* перевел* перевести переводы перечислен*
travel* trip flight* hotel* поезд* рейс* отел* гостин* тур туры
tv television телевиз* тв
update* upgraded version обнов* апдейт* верси*
use using usage исполь* пользов* потрат* примен* воспольз*
used second-hand trade-in бу б/у подержан* трейд* утилиз* старую старый старая
vacation holiday* leave отпуск* праздник* выходн*
visa visas виза визу визы
wait* await* ждать жду ожида* дождат* прожда* ждем
wrong incorrect mistaken неправильн* неверн* перепут* чужо* ошибочн* пересорт*
"""


def _read(lines: str) -> dict[str, int]:
    """Beginning of a word, or a whole word with a mark behind it → number of its concept; the first line wins.

    A line whose first word is known already goes on with that concept.
    """
    found: dict[str, int] = {}
    for number, line in enumerate(lines.replace("\n  ", " ").split("\n")):
        entries = line.split()
        joined = _beginning(found, entries[0].rstrip("*"))
        for entry in entries:
            key = entry[:-1] if entry.endswith("*") else f"{entry}$"
            found.setdefault(key, number if joined is None else joined)
    return found


def _beginning(known: Mapping[str, int], word: str, shortest: int = 2) -> int | None:
    """Of the longest entry that the word is, or begins with."""
    for size in range(len(word) + 1, shortest - 1, -1):
        number = known.get(f"{word}$"[:size])
        if number is not None:
            return number
    return None


def _stems(concepts: Mapping[str, int]) -> dict[str, int]:
    """Whole words have other endings too."""
    found: dict[str, int] = {}
    for key, number in concepts.items():
        if key.endswith("$") and len(key) > _SHORT:
            found.setdefault(stem(key[:-1]), number)
    return found


def _sounds(concepts: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, number in concepts.items():
        if len(key) > _SHORT + 1 and is_russian(key):
            found.setdefault(sound(key), number)
    return found


_CONCEPTS = _read("\n".join((_LINES.strip(), THINGS, ACTS, MORE)))
_STEMS = _stems(_CONCEPTS)
_SOUNDS = _sounds(_CONCEPTS)


@lru_cache(maxsize=1 << 14)
def concept_of(word: str) -> int | None:
    """The number of the concept that a folded word belongs to: as written, by its stem, or as it sounds."""
    whole = _CONCEPTS.get(f"{word}$")
    if whole is not None or word in STOP_WORDS:
        return whole
    number = _beginning(_CONCEPTS, word)
    if number is None:
        number = _STEMS.get(stem(word))
    if number is None and is_russian(word):
        number = _beginning(_SOUNDS, sound(word), _SHORT + 1)
    return number


def topics(every: Iterable[str]) -> list[str]:
    """What folded words are about, in order: their concept, else their root; small words are left out."""
    return [found for word in every if (found := topic(word))]


@lru_cache(maxsize=1 << 15)
def topic(word: str) -> str:
    """'' for a word that says nothing about the subject."""
    number = concept_of(word)
    if number is not None:
        return f"#{number}"
    if word in STOP_WORDS:
        return ""
    found = stem(word)
    return found[:_ROOT] if is_russian(word) else found
