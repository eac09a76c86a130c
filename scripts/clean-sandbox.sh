#!/bin/sh
# Usage: clean-sandbox.sh PYTHON   Removes DATA_DIR/sandbox, unless Sincerely runs there.
set -eu

exec "$1" - <<'PYTHON'
import fcntl
import shutil
import sys

sys.path.insert(0, ".")
from app.settings import load_settings

data_dir = load_settings().data_dir
with open(data_dir / "supervisor.lock", "w") as lock:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("Stop Sincerely first.")
    shutil.rmtree(data_dir / "sandbox", ignore_errors=True)
print(f"Removed {data_dir / 'sandbox'}")
PYTHON
