"""What was learnt stays: restarts, kill -9, damaged files, a full disk, two owners."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from kb_search.events import ArticleRemoved, ArticleText, Learnt
from kb_search.query import ArticleSearch
from kb_search.suggest import Suggester

WORDS = "box lamp shoe phone card price colour order letter parcel chair window engine cable mirror".split()
QUESTIONS = [f"my {one} {other} is late" for one in WORDS[:5] for other in WORDS[5:10]]


def events(count=120):
    chance = random.Random(3)
    yield from (
        ArticleText(number, f"About {word}", f"All there is on {word}.", "en")
        for number, word in enumerate(WORDS)
    )
    for number in range(count):
        article = chance.randrange(len(WORDS))
        yield Learnt(f"question {number % 17} on {WORDS[article]} and {chance.choice(WORDS)}", article)
    yield ArticleRemoved(3)
    yield ArticleText(4, "About cards", "Gift cards and bank cards.", "en")


def live(suggester, some):
    for event in some:
        match event:
            case ArticleText():
                suggester.add_article(event.id, event.title, event.body, event.language)
            case ArticleRemoved():
                suggester.remove_article(event.id)
            case Learnt():
                suggester.learn(event.question, event.article_id)


def answers(suggester):
    return [suggester.suggest(question, k=5) for question in QUESTIONS]


@pytest.mark.parametrize("count", [0, 30, 260])
def test_a_restart_gives_the_same_answers(tmp_path, count):
    suggester = Suggester(tmp_path)
    live(suggester, events(count))
    expected = answers(suggester)
    suggester.close()
    again = Suggester(tmp_path)
    assert again.problem is None
    assert answers(again) == expected


def test_a_rebuild_gives_the_same_answers(tmp_path):
    suggester = Suggester(tmp_path / "one")
    live(suggester, events())
    other = Suggester(tmp_path / "two")
    live(other, [Learnt("something else", 3), ArticleText(99, "Old", "Old", "en")])
    assert other.rebuild(events(), position=12)
    assert answers(other) == answers(suggester)
    assert other.position == 12
    other.close()
    assert answers(Suggester(tmp_path / "two")) == answers(suggester)


def test_what_came_after_the_last_commit_is_left_to_the_owner(tmp_path):
    suggester = Suggester(tmp_path)
    suggester.commit(0)
    live(suggester, events(40))
    assert suggester.commit(7)
    expected = answers(suggester)
    live(suggester, [Learnt("never committed box", 1), Learnt("nor this", 2)])
    suggester.close()
    again = Suggester(tmp_path)
    assert again.position == 7
    assert answers(again) == expected


def test_following_a_log_with_crashes_is_exactly_once(tmp_path):
    log = list(events(30))
    straight = Suggester(tmp_path / "straight")
    live(straight, log)
    chance = random.Random(1)
    crashing = tmp_path / "crashing"
    done = 0
    while done < len(log):
        suggester = Suggester(crashing)
        assert suggester.problem is None
        done = suggester.position
        suggester.commit(done)
        while done < len(log):
            step = log[done : done + chance.randint(3, 9)]
            live(suggester, step)
            if chance.random() < 0.3:
                break  # a crash: learnt, not committed
            done += len(step)
            suggester.commit(done)
        suggester.close()
        opened = Suggester(crashing)
        done = opened.position
        opened.close()
    assert answers(Suggester(crashing)) == answers(straight)


@pytest.mark.parametrize("seed", range(6))
def test_kill_9_while_learning_and_committing_keeps_a_readable_state(tmp_path, seed):
    script = textwrap.dedent(
        """
        import itertools, sys
        from kb_search.suggest import Suggester
        suggester = Suggester(sys.argv[1])
        suggester.commit(suggester.position)
        for number in itertools.count(suggester.position + 1):
            suggester.add_article(number % 9, f"Title {number}", f"Body of number {number}", "en")
            suggester.learn(f"letter number {number} asks for colour {number % 7}", number % 9)
            suggester.commit(number)
            print(number, flush=True)
        """
    )
    root = Path(__file__).resolve().parents[2]
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
        )
        committed = 0
        until = random.Random(seed).randint(1, 12)
        while committed < until:
            committed = int(child.stdout.readline())
            until = max(until, 1)
        time.sleep(random.Random(seed + 100).random() * 0.05)  # a random moment, not a wait
        os.kill(child.pid, signal.SIGKILL)
        tail = child.communicate()[0].split()
        committed = int(tail[-1]) if tail else committed
        suggester = Suggester(tmp_path)
        assert suggester.problem is None
        assert suggester.position >= committed
        found = suggester.suggest(f"letter number {committed} asks for colour {committed % 7}")
        assert found
        assert found[0].article_id == committed % 9
        assert ArticleSearch(tmp_path).search("body")
        suggester.close()


def grown(directory):
    suggester = Suggester(directory)
    suggester.commit(0)
    for place in range(2):
        live(suggester, events(120))
        assert suggester.commit(place + 1)
    live(suggester, events(20))
    assert suggester.commit(3)
    assert list(directory.glob("memory-*.bin"))
    expected = answers(suggester)
    suggester.close()
    return expected


def newest(directory, pattern):
    return max(directory.glob(pattern))


def cut(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_damaged_memory_is_rebuilt_from_the_one_before(tmp_path, share):
    expected = grown(tmp_path)
    cut(newest(tmp_path, "memory-*.bin"), share)
    suggester = Suggester(tmp_path)
    assert suggester.position == 3
    assert answers(suggester) == expected


def test_all_memories_gone_is_said_and_the_position_is_the_start(tmp_path):
    grown(tmp_path)
    for path in [*tmp_path.glob("memory-*.bin"), *tmp_path.glob("journal-000000.log")]:
        path.unlink()
    suggester = Suggester(tmp_path)
    assert suggester.problem
    assert suggester.position == 0
    assert suggester.suggest(QUESTIONS[0]) == []
    suggester.rebuild(events(), position=9)
    assert suggester.problem is None
    expected = answers(suggester)
    suggester.close()
    again = Suggester(tmp_path)
    assert (again.problem, again.position) == (None, 9)
    assert answers(again) == expected


def test_a_journal_damaged_in_its_middle_gives_what_is_before_it_and_says_so(tmp_path):
    suggester = Suggester(tmp_path)
    suggester.commit(0)
    live(suggester, events(20))
    suggester.commit(1)
    expected = answers(suggester)
    live(suggester, [Learnt("one more on lamps", 1)])
    suggester.commit(2)
    suggester.close()
    journal = newest(tmp_path, "journal-*.log")
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[-2] = lines[-2].replace(b"lamps", b"limps")
    journal.write_bytes(b"".join(lines))
    again = Suggester(tmp_path)
    assert again.problem
    assert again.position == 1
    assert answers(again) == expected
    live(again, [Learnt("one more on lamps", 1)])
    again.commit(2)
    expected = answers(again)
    again.close()
    last = Suggester(tmp_path)
    assert (last.problem, last.position) == (None, 2)
    assert answers(last) == expected


def test_nonsense_in_place_of_every_file_never_raises(tmp_path):
    grown(tmp_path)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        path.write_bytes(random.Random(7).randbytes(100) + b"\n" + random.Random(8).randbytes(100))
    suggester = Suggester(tmp_path)
    assert suggester.problem
    assert suggester.suggest(QUESTIONS[0]) == []
    live(suggester, events(10))
    assert suggester.suggest("question on lamp")


@pytest.mark.parametrize("damage", ["gone", "cut", "no current", "empty"])
def test_a_damaged_index_costs_no_suggestion_and_is_written_anew(tmp_path, damage):
    expected = grown(tmp_path)
    index = tmp_path / "index"
    files = [path for path in index.rglob("*") if path.is_file()]
    if damage == "no current":
        (index / "current").unlink()
    else:
        for path in files:
            path.unlink() if damage == "gone" else cut(path, 0.5 if damage == "cut" else 0.0)
    found = ArticleSearch(tmp_path)
    assert found.search("lamp") == []
    assert found.problem
    suggester = Suggester(tmp_path)
    assert answers(suggester) == expected
    assert [hit.article_id for hit in ArticleSearch(tmp_path).search("lamp")][:1] == [1]


def test_an_index_that_vanishes_while_it_is_owned_is_written_anew(tmp_path):
    suggester = Suggester(tmp_path)
    suggester.add_article(1, "Lamps", "How to change a bulb.", "en")
    suggester.commit(1)
    for path in (tmp_path / "index").rglob("*"):
        if path.is_file():
            path.unlink()
    suggester.add_article(2, "Chairs", "How to mend a leg.", "en")
    suggester.commit(2)
    search = ArticleSearch(tmp_path)
    assert {hit.article_id for hit in search.search("bulb") + search.search("leg")} == {1, 2}


def test_a_second_owner_reads_and_says_that_it_keeps_nothing(tmp_path):
    owner = Suggester(tmp_path)
    live(owner, events(20))
    second = Suggester(tmp_path)
    assert second.problem
    assert answers(second) == answers(owner)
    second.learn("a letter only the second knows", 5)
    assert not second.commit(9)
    second.close()
    owner.close()
    third = Suggester(tmp_path)
    assert third.problem is None
    assert third.position == 0
    assert answers(third) == answers(owner)


def test_an_owner_that_ends_late_leaves_the_directory_to_its_successor(tmp_path):
    owner = Suggester(tmp_path)
    live(owner, events(20))
    successor = Suggester(tmp_path)
    owner.close()
    live(successor, [Learnt("a letter only the successor knows", 5)])
    assert successor.problem is None
    assert successor.commit(4)
    successor.close()
    third = Suggester(tmp_path)
    assert third.position == 4
    assert third.suggest("a letter only the successor knows")[0].article_id == 5
    third.close()


def test_an_owner_dropped_without_close_is_no_obstacle(tmp_path):
    owner = Suggester(tmp_path)
    live(owner, events(20))
    expected = answers(owner)
    del owner
    again = Suggester(tmp_path)
    assert again.problem is None
    assert answers(again) == expected
    again.close()


def test_an_owner_that_was_overtaken_stays_a_reader(tmp_path):
    owner = Suggester(tmp_path)
    late = Suggester(tmp_path)
    live(owner, events(20))
    owner.close()
    live(late, [Learnt("a letter only the late one knows", 5)])
    assert late.problem
    assert not late.commit(4)
    assert Suggester(tmp_path).position == 0


def test_a_full_disk_is_said_and_suggestions_go_on(tmp_path):
    script = textwrap.dedent(
        """
        import resource, signal, sys
        from kb_search.suggest import Suggester
        suggester = Suggester(sys.argv[1])
        suggester.add_article(1, "Lamps", "How to change a bulb.", "en")
        suggester.add_article(2, "Chairs", "How to mend a leg.", "en")
        assert suggester.commit(1)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, resource.RLIM_INFINITY))
        for number in range(20):
            suggester.learn(f"letter {number} about the big chandelier", 1)
        assert not suggester.commit(2)
        assert suggester.problem
        assert suggester.suggest("about the big chandelier")[0].article_id == 1
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert suggester.commit(3)
        suggester.close()
        again = Suggester(sys.argv[1])
        assert again.position == 3
        assert again.suggest("about the big chandelier")[0].article_id == 1
        print("fine")
        """
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=root, capture_output=True, text=True, timeout=120
    )
    assert run.stdout == "fine\n", run.stderr


def test_a_directory_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    suggester = Suggester(tmp_path / "file" / "kb")
    assert suggester.problem
    suggester.add_article(1, "Lamps", "How to change a bulb.", "en")
    assert suggester.suggest("change the bulb of a lamp")[0].article_id == 1
    assert not suggester.commit(1)
    suggester.close()
