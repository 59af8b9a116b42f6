#!/usr/bin/env python3
"""Runs the commands of docs/runbook.md and docs/observability.md against a stack on an emulator.

    python3 tests/deployed/runbook.py --stack keepwell --endpoint http://127.0.0.1:4566 [--aws PATH/TO/aws] [--list]

Every fenced `sh` block is one script, with STACK replaced. Prints a line for each: ok, FAILED, or why the emulator cannot run it.
Exit code 1 when one failed, or when one that "cannot run" runs after all: then its excuse below goes. Never meant for a real account:
the page stops mail and signs people out.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["docs/runbook.md", "docs/observability.md"]
PERSON = "person@example.com"
REGION = os.environ.get("AWS_REGION", "us-east-1")

# A command that is in the block -> what MiniStack lacks for it. Held to be true: a block that runs after all is a failure.
CANNOT: dict[str, str] = {}


def blocks():
    """(page, heading, number under it, script) of every fenced `sh` block."""
    for page in PAGES:
        heading, number, inside, lines = "", 0, False, []
        for line in (ROOT / page).read_text().splitlines():
            if inside and line.startswith("```"):
                number += 1
                yield page, heading, number, "\n".join(lines)
                inside = False
            elif inside:
                lines.append(line)
            elif line == "```sh":
                inside, lines = True, []
            elif match := re.match(r"#+ (.*)", line):
                heading, number = match[1], 0


def run(script, environment):
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=environment, cwd=folder, capture_output=True, text=True, timeout=120,
        )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stack", required=True)
    parser.add_argument("--endpoint")
    parser.add_argument("--aws", help="the AWS command line, when it is not on the PATH")
    parser.add_argument("--list", action="store_true", help="print the scripts, run none")
    options = parser.parse_args()
    scripts = [(page, heading, number, re.sub(r"\bSTACK\b", options.stack, script)) for page, heading, number, script in blocks()]
    if options.list:
        for page, heading, number, script in scripts:
            print(f"# {page}: {heading} ({number})\n{script}\n")
        return 0
    if not options.endpoint or not re.match(r"https?://(127\.0\.0\.1|localhost)[:/]", options.endpoint + "/"):
        parser.error("--endpoint must be an emulator on this machine: the page stops mail and signs people out")
    environment = {
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        **os.environ, "AWS_ENDPOINT_URL": options.endpoint, "AWS_PAGER": "",
    }
    if options.aws:
        environment["PATH"] = f"{pathlib.Path(options.aws).resolve().parent}:{environment['PATH']}"
    # Somebody who can be signed out.
    pool = f"""aws cloudformation describe-stacks --stack-name {options.stack} \
      --query "Stacks[0].Outputs[?OutputKey=='UserPoolId'].OutputValue" --output text"""
    run(f'aws cognito-idp admin-create-user --user-pool-id "$({pool})" --username {PERSON}', environment)
    failed = 0
    for page, heading, number, script in scripts:
        name = f"{pathlib.Path(page).name}: {heading} ({number})"
        excuse = next((why for command, why in CANNOT.items() if command in script), None)
        done = run(script, environment)
        if done.returncode == 0 and not excuse:
            first = (done.stdout.strip().splitlines() or [""])[0]
            print(f"ok      {name}  {first[:80]}")
        elif done.returncode == 0:
            failed += 1
            print(f"FAILED  {name}  runs after all: take away its excuse ({excuse})")
        elif excuse:
            print(f"not on MiniStack  {name}  {excuse}")
        else:
            failed += 1
            print(f"FAILED  {name}\n{script}\n{done.stdout[-500:]}{done.stderr[-1000:]}")
    print(f"{len(scripts)} blocks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
