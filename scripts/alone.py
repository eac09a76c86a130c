"""Try once more, one after the other, the few tests that failed while others ran beside them.

Hundreds of servers and browsers start while all tests run on as many runners as there are cores; now and then a machine
is too slow for one of them. Such a test is not green: it is named at the end, and its first failure stands above. But
what passes by itself is not broken, and does not fail the whole run. More than a few are no accident.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

FAILED = Path(".pytest_cache/v/cache/lastfailed")
MOST = 8


def main() -> int:
    names = list(json.loads(FAILED.read_text())) if FAILED.exists() else []
    if not 0 < len(names) <= MOST:
        print(f"{len(names)} tests failed.")
        return 1
    print(f"\n{len(names)} failed beside others; each is tried once more, alone:", flush=True)
    alone = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-n", "0", *names]
    code = subprocess.run(alone, check=False).returncode
    if code == 0:
        print("PASSED ALONE, but not beside others (a test or the product waits for too little):")
        print("\n".join(f"  {name}" for name in names))
    return code


if __name__ == "__main__":
    sys.exit(main())
