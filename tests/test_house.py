"""The rules of the house, read from the code itself: who imports whom, who may touch what, and what is written down.

Each failure names the file and what to do instead. An exception stands in a table here, with its reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app import models

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "kb_search", "mail_ingest", "workers", "bench", "tests", "scripts")
PRODUCT = ("app", "kb_search", "mail_ingest", "workers")

# A package may import itself and what stands to its right.
LAYERS = {
    "workers": {"workers", "mail_ingest", "app", "kb_search"},
    "mail_ingest": {"mail_ingest", "app", "kb_search"},
    "app": {"app", "kb_search"},
    "kb_search": {"kb_search"},
}
# Floors of app, from the ground up. A feature imports only from floors below its own, and from the ground.
GROUND = {
    "db",
    "db_pulse",
    "again",
    "blobs",
    "cursors",
    "queue",
    "security",
    "errors",
    "settings",
    "tags",
    "sandbox_mail",
    "failpoints",
}
FLOORS = (
    {"accounts"},
    {"customers", "mailboxes", "knowledge"},
    {"tickets"},
    # A reply goes out with its invitations to rate it; ratings know nothing of how mail leaves.
    {"ratings"},
    {"outgoing", "tasks"},
    {"together"},
    {"automation", "upkeep"},
    {"levels"},
    {"reports"},
)
# Files of app that put features together and belong to no floor.
ROOF = {"__init__", "models", "installation", "cli", "migrations", "web", "api", "sandbox_setup", "demo"}

# No database, no web, no clock, no network: the same input gives the same answer.
PURE = {
    "mail_ingest": r"(authentication|thanks|thanks_words|forward|forward_header"
    r"|parse|charset|body|automatic|bounce|thread|decide|language|html_text|(automatic|bounce|header|mime|quote)_\w+"
    r"|reader_(letter|wire))",
    "app": r"errors|cursors",
    "app.tags": r"colours",
    "app.tickets": r"(linkify|unwrap|views|html_nesting|picture_size|lookalike|snooze_times|spam_patterns|field_values)",
    "app.outgoing": r"(ids|compose|letter|looks|logo|recipients|words|backoff|pace|smtp_answers|receipts_policy|receipts_text)",
    "app.together": r"(whom|wording|marks|mail_text)",
    "app.reports": r"(derive|shape|stats)",
    "app.ratings": r"(score|robots|smileys|whom_to_ask)",
    "app.tasks": r"clock",
    "app.levels": r"clocks|durations",
    "app.demo": r"(texts|people)",
    "app.automation": r"(conditions|actions|header_lines)",
    "app.knowledge": r"variables|segments|worddiff|similarity|figures|stale|gaps|gap_drafts|own_words|twins|typed_often",
    "kb_search": r"clean|stems|stopwords|typed",
}
IMPURE = {"sqlalchemy", "flask", "socket", "redis", "rq", "imapclient", "aiosmtplib", "http"}
IMPURE |= {"time", "random", "secrets", "threading", "asyncio", "subprocess"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}

# One file for each outside system.
DOORS = {
    "dns": {"mail_ingest/dns_records.py"},
    "imapclient": {
        "mail_ingest/fetch.py",
        "mail_ingest/imap_connection.py",
        "mail_ingest/imap_change.py",
        "mail_ingest/imap_errors.py",
    },
    "aiosmtplib": {"app/outgoing/smtp.py", "app/outgoing/smtp_trouble.py"},
    "whoosh": {"kb_search/index.py", "kb_search/query.py", "kb_search/stems.py"},
    "redis": {"app/queue.py", "workers/worker.py"},
    # The scheduler asks RQ to notice workers that were killed.
    "rq": {"app/queue.py", "workers/worker.py", "workers/schedule.py"},
    "pymap": {"mail_ingest/sandbox_imap.py", "mail_ingest/sandbox_mailbox.py"},
    "aiosmtpd": {"mail_ingest/sandbox_smtp.py"},
    "argon2": {"app/security.py"},
    "cryptography": {"app/security.py"},
}
# The supervisor hands the settled mode down to its parts by the environment; it reads nothing from it.
# The fail-points are armed by the test rig alone, and must be no setting of the product.
# numpy's arithmetic is told there, and only there, that it has one thread.
ENVIRONMENT = {"app/settings.py", "workers/start.py", "app/failpoints.py", "kb_search/embed.py"}
LONGEST_FILE = 300
LONG_FILES = {
    "app/migrations/versions/0001_first_tables.py": "all tables in one migration, written by a program",
}
# The second column of the glossary: what we do not say.
NOT_SAID = re.compile(
    r"(conversation|issue|contact|requester|recommendation|feedback|survey|quarantine|canned|operator|helpers?|utils?|"
    r"manager|payload)s?", re.IGNORECASE)  # fmt: skip


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def files(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted(path for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts)


def name_of(path: Path) -> str:
    """app/web/auth.py is app.web.auth, app/web/__init__.py is app.web."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def here(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names of the modules that a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{here(path)}: write imports in full"
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                found.add(deeper if is_ours(deeper) else node.module)
    return frozenset(found)


def is_ours(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def room(module: str) -> str:
    """The part of app a module belongs to: app.tickets.queries is tickets, app.db is db."""
    return module.split(".")[1] if "." in module else "__init__"


def floor(module: str) -> int:
    """-1 for the ground, else the number of the floor; features only."""
    name = room(module)
    return next((number for number, names in enumerate(FLOORS) if name in names), -1)


def test_packages_import_in_one_direction() -> None:
    wrong = [
        f"{here(path)} imports {module}"
        for package, allowed in LAYERS.items()
        for path in files(package)
        for module in imports(path)
        if module.split(".")[0] in OURS and module.split(".")[0] not in allowed
    ]
    assert not wrong, "workers → mail_ingest → app → kb_search, never back"


def test_every_room_of_app_has_its_place() -> None:
    known = GROUND | ROOF | set().union(*FLOORS)
    here_now = {room(name_of(path)) for path in files("app")} | {"__init__"}
    assert here_now - known - {"static", "translations"} == set(), "add it to the ground, a floor or the roof"


def test_features_import_only_downwards() -> None:
    wrong = []
    for path in files("app"):
        own = room(name_of(path))
        if own in ROOF | GROUND:
            continue
        for module in imports(path):
            if module.split(".")[0] != "app" or room(module) == own:
                continue
            if room(module) in ROOF or floor(module) >= floor(name_of(path)):
                wrong.append(f"{here(path)} imports {module}")
    assert not wrong, (
        "features stand on floors (docs: architecture); move the function, or compose in app/web"
    )


def test_no_import_hides_in_a_function() -> None:
    allowed = {
        "workers/supervisor.py": "a missing package is to be one sentence",
        "app/__init__.py": "poller and workers do without the web",
    }
    wrong = [
        f"{here(path)}:{inner.lineno}"
        for path in files(*PRODUCT)
        if here(path) not in allowed
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom) and _module_of(inner).split(".")[0] in OURS
    ]
    assert not wrong, "a cycle means that a function lives in the wrong file"


def _module_of(node: ast.Import | ast.ImportFrom) -> str:
    return node.names[0].name if isinstance(node, ast.Import) else node.module or ""


def pure_files() -> list[Path]:
    return [
        path
        for package, pattern in PURE.items()
        for path in files(package.replace(".", "/"))
        if path.parent == ROOT / package.replace(".", "/") and re.fullmatch(pattern, path.stem)
    ]


def test_pure_files_know_only_each_other() -> None:
    pure = {name_of(path) for path in pure_files()}
    wrong = [
        f"{here(path)} imports {module}"
        for path in pure_files()
        for module in imports(path)
        if (module.split(".")[0] in OURS and module not in pure) or module.split(".")[0] in IMPURE
    ]
    assert pure >= {"mail_ingest.parse", "mail_ingest.decide", "app.ratings.score", "app.outgoing.ids"}
    assert not wrong, "pure files take values and give values; gather and apply elsewhere"


def test_pure_files_look_at_no_clock() -> None:
    wrong = [f"{here(path)}:{node.lineno}" for path in pure_files() for node in _clock_calls(path)]
    assert not wrong, "take `now` as a parameter"


def _clock_calls(path: Path) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS:
            yield node


@pytest.mark.parametrize("package", DOORS)
def test_each_outside_system_has_one_door(package: str) -> None:
    users = {here(path) for path in files(*PRODUCT) if any(m.split(".")[0] == package for m in imports(path))}
    assert users <= DOORS[package], "go through the door; see DOORS"


def test_only_settings_reads_the_environment() -> None:
    readers = {
        here(path)
        for path in files(*PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb")
    }
    assert readers <= ENVIRONMENT, "add a field to app.settings.Settings"


def test_only_the_transaction_commits() -> None:
    wrong = [
        f"{here(path)}:{node.lineno}"
        for path in files("app", "mail_ingest", "workers")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        # The knowledge index has a commit of its own, which is none of a database's.
        if "suggester" not in ast.unparse(node.func.value)
    ]
    assert not wrong, "services take a session and never commit: app.db.transaction does"


def test_time_is_aware() -> None:
    wrong = [
        f"{here(path)}:{node.lineno}"
        for path in files(*PRODUCT, "bench")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node).replace(" ", "") in ("datetime.now()", "datetime.utcnow()")
    ]
    assert not wrong, "datetime.now(UTC), and mostly a parameter named now"


def test_files_are_short() -> None:
    long = {
        here(path): lines
        for path in files(*PRODUCT)
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
        and here(path) not in LONG_FILES
    }
    assert not long, "one idea per file; an exception needs a reason in LONG_FILES"


def test_every_file_says_what_it_is_for() -> None:
    silent = [
        here(path)
        for path in [*files(*PRODUCT, "bench"), *files("tests")]
        if path.read_text("utf-8").strip() and not ast.get_docstring(tree(path))
    ]
    assert not silent, "open the file with a docstring"


def test_models_speak_the_words_of_the_glossary() -> None:
    tables = {mapper.class_.__name__: mapper for mapper in models.Base.registry.mappers}
    said = [
        *tables,
        *(f"{name}.{column.key}" for name, mapper in tables.items() for column in mapper.columns),
    ]
    wrong = [word for word in said if NOT_SAID.search(word)]
    assert not wrong, "the glossary has another word for it"


def test_file_names_speak_the_words_of_the_glossary() -> None:
    wrong = [here(path) for path in files(*PRODUCT) if NOT_SAID.fullmatch(path.stem)]
    assert not wrong, "a file is named after the one thing it decides"


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine() -> None:
    place = re.compile(rb"(?<![\w.$}])/(work|root|home/[a-z]+|Users/[a-z]+|opt/wheels)/")
    wrong = [
        here(path)
        for path in tracked()
        if path.suffix not in (".eml", ".png", ".mo")
        and path != Path(__file__)
        and place.search(path.read_bytes())
    ]
    assert not wrong, "no path of anybody's machine"


def test_everything_visible_is_in_russian() -> None:
    translations = load_translations()
    collected = {_key(one.id) for one in translations.collect() if one.id}
    written = {_key(one.id) for one in translations.read() if one.id}
    assert collected == written, "run make translations"
    assert [one.id for one in translations.untranslated(translations.read())] == []


def test_placeholders_survive_translation() -> None:
    """Each %(name)s of an English text is in the Russian one, and no other: a wrong one breaks the page."""
    wrong = []
    for one in load_translations().read():
        english = one.id if isinstance(one.id, tuple) else (one.id,)
        russian = one.string if isinstance(one.string, tuple) else (one.string,)
        names = set(re.findall(r"%\((\w+)\)[sd]|{(\w*)}", english[-1]))
        wrong += [text for text in russian if set(re.findall(r"%\((\w+)\)[sd]|{(\w*)}", text)) - names]
        wrong += [russian[-1]] if names - set(re.findall(r"%\((\w+)\)[sd]|{(\w*)}", russian[-1])) else []
    assert not wrong


def test_the_compiled_texts_are_current() -> None:
    translations = load_translations()
    compiled = translations.RUSSIAN.with_suffix(".mo").read_bytes()
    assert compiled == translations.as_mo(translations.read()), "run make translations"


def _key(message_id: object) -> object:
    return message_id[0] if isinstance(message_id, tuple | list) else message_id


def load_translations():  # the module beside the Makefile, which is no package
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import translations
    finally:
        sys.path.pop(0)
    return translations


def test_russian_has_one_word_for_one_thing() -> None:
    """A ticket is «обращение» and whoever answers is «сотрудник», on every page."""
    said = [text for one in load_translations().read() for text in _forms_of(one.string)]
    others = re.compile(r"заяв(?:к|ок)|тикет|\bагент", re.IGNORECASE)
    assert [text for text in said if others.search(text)] == []


def _forms_of(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)
