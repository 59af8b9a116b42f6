"""The commands of docs/runbook.md, run as they stand against this stack."""

import os
import shutil
import subprocess
import sys

import pytest

import template

RUNNER = template.ROOT / "tests" / "deployed" / "runbook.py"


@pytest.mark.skipif(not RUNNER.exists(), reason="there is no runner of the runbook yet")
def test_every_command_of_the_runbook_runs():
    done = subprocess.run(
        [sys.executable, str(RUNNER), "--stack", "keepwell", "--endpoint", os.environ["AWS_ENDPOINT_URL"], "--aws", shutil.which("aws")],
        capture_output=True, text=True, check=False, cwd=template.ROOT,
    )
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
