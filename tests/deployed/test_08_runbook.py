"""The commands of docs/runbook.md, run as they stand against this stack."""

import os
import subprocess
import sys
from pathlib import Path

import template

RUNNER = template.ROOT / "tests" / "deployed" / "runbook.py"


def test_every_command_of_the_runbook_runs():
    done = subprocess.run(
        [sys.executable, str(RUNNER), "--stack", "keepwell", "--endpoint", os.environ["AWS_ENDPOINT_URL"], "--aws", str(Path(sys.executable).parent / "aws")],
        capture_output=True, text=True, check=False, cwd=template.ROOT,
    )
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
