"""Starts the whole helpdesk with one command, keeps its parts alive, and stops them in order.

    python -m workers.supervisor

Exit code 0 after Ctrl-C or SIGTERM, 1 when a part would not start, 2 with one sentence when something must be
changed first: a setting, a missing package, a port or a directory in use.
"""

from __future__ import annotations

import sys

REFUSED = 2


def main() -> int:
    try:
        # Here and not above: a package that is missing is to be one sentence, not a traceback.
        from workers import start

        return start.start()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
    except KeyboardInterrupt:
        return 130
    if (missing.partition(".")[0] or ".") in ("app", "kb_search", "mail_ingest", "workers"):
        print(
            f"Sincerely cannot start: its own module {missing} is missing; get a complete copy.",
            file=sys.stderr,
        )
    else:
        print(
            f"Sincerely cannot start: the Python module {missing} is missing. Run: make setup",
            file=sys.stderr,
        )
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
