"""Which pattern of a learnt sender an address falls under: the address itself, or "@" and its domain. Pure."""

from __future__ import annotations

from collections.abc import Collection

# Anybody can have an address there: such a domain says nothing about who writes.
PUBLIC_DOMAINS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com icloud.com me.com"
    " mac.com proton.me protonmail.com pm.me tutanota.com tuta.io gmx.com gmx.net gmx.de web.de t-online.de"
    " freenet.de mail.com zoho.com fastmail.com hey.com mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru"
    " yandex.com ya.ru narod.ru rambler.ru lenta.ru autorambler.ru myrambler.ru ro.ru ukr.net i.ua meta.ua"
    " tut.by mail.kz qq.com 163.com 126.com sina.com naver.com daum.net orange.fr wanadoo.fr free.fr laposte.net"
    " sfr.fr libero.it virgilio.it tiscali.it seznam.cz centrum.cz wp.pl onet.pl o2.pl interia.pl abv.bg uol.com.br"
    " bol.com.br terra.com.br btinternet.com sky.com virginmedia.com comcast.net verizon.net att.net cox.net"
    " bigpond.com shaw.ca rogers.com telus.net bluewin.ch rediffmail.com duck.com".split()
)


def domain_of(address: str) -> str:
    """What stands behind the last @, lower-case; '' when there is nothing."""
    return address.rpartition("@")[2].strip(" .").lower() if "@" in address else ""


def patterns_of(address: str) -> tuple[str, ...]:
    """Every pattern that would catch this address, the closest first: itself, its domain, the domains above it."""
    domain = domain_of(address)
    if not domain:
        return ()
    labels = domain.split(".")
    above = [".".join(labels[first:]) for first in range(len(labels) - 1)] or [domain]
    return (address.strip().lower(), *(f"@{name}" for name in above))


def caught_by(address: str, learnt: Collection[str]) -> str:
    """The learnt pattern that this address falls under, '' for none."""
    return next((pattern for pattern in patterns_of(address) if pattern in learnt), "")


def is_public(domain: str) -> bool:
    """Whether anybody may have an address at this domain, or it is no domain of one owner ("com", "co.uk")."""
    labels = domain.split(".")
    shared = (
        len(labels) == 2 and len(labels[1]) == 2 and labels[0] in ("co", "com", "net", "org", "ac", "gov")
    )
    return domain in PUBLIC_DOMAINS or len(labels) < 2 or shared
