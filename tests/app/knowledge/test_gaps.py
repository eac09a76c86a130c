"""Clusters of questions, against letters whose topics are known."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

from app.knowledge.gaps import Asked, clusters, telling_words, typical_words
from tests.app.upkeep.questions import letters


def test_letters_of_one_topic_come_together_in_both_languages() -> None:
    for language in ("en", "ru"):
        made = list(letters(language, 300, seed=4))
        asked = [Asked(n, tuple(telling_words("", text))) for n, (_, text) in enumerate(made)]
        found = clusters(asked)
        topic = {n: name for n, (name, _) in enumerate(made) if name}
        every = [n for one in found for n in one.ids]
        assert len(every) == len(set(every)), "a letter is in one cluster"
        right = sum(Counter(topic.get(n, "") for n in one.ids).most_common(1)[0][1] for one in found)
        assert right / len(every) >= 0.95, language
        shares = defaultdict(int)
        for one in found:
            for name, n in Counter(topic.get(n, "") for n in one.ids).items():
                shares[name] = max(shares[name], n)
        sizes = Counter(topic.values())
        assert sum(shares[name] / size for name, size in sizes.items()) / len(sizes) >= 0.6, language
        assert [len(one.ids) for one in found] == sorted((len(one.ids) for one in found), reverse=True)
        assert clusters(asked) == found, "the same letters give the same clusters"
        assert all(0 < near <= 1 for one in found for _, near in one.letters)


def test_what_nobody_else_asks_is_no_gap() -> None:
    dice = random.Random(2)
    syllables = ("ka", "lo", "mi", "re", "tu", "sen", "dor", "vi", "pal", "gor")
    apart = [
        Asked(n, tuple("".join(dice.choice(syllables) for _ in range(8)) for _ in range(9)))
        for n in range(200)
    ]
    assert clusters(apart) == []
    same = [Asked(1000 + n, ("lost", "glove", "tram")) for n in range(3)]
    assert [one.ids for one in clusters([*apart, *same])] == [[1000, 1001, 1002]]
    assert clusters([*apart, *same[:2]]) == [], "two letters are no gap yet"
    assert clusters([]) == []
    assert clusters([Asked(1, ())]) == []


def test_a_slip_of_the_pen_does_not_part_letters() -> None:
    right = [Asked(n, ("passport", "renewal", "office")) for n in range(6)]
    slips = [
        Asked(10, ("pasport", "renewal")),
        Asked(11, ("passprot", "office")),
        Asked(12, ("passport", "ofice")),
    ]
    others = [Asked(100 + n, (f"word{n}a", f"word{n}b")) for n in range(40)]
    found = clusters([*right, *slips, *others])
    assert sorted(found[0].ids) == [*range(6), 10, 11, 12]


def test_words_of_a_gap_are_real_words() -> None:
    text = "Здравствуйте!\n\nКогда привезут мой заказ 48151623?\n\nС уважением,\nОльга Петрова"
    assert telling_words("Re: Заказ", text) == ["привезут", "заказ", "re"]
    words = typical_words([("заказ", "привезут"), ("заказы", "курьер"), ("заказ", "курьер")], most=2)
    assert words == ["заказ", "курьер"]
