"""Deploys the real template with the real binaries to MiniStack and runs the stories against it. Started by `run`."""

import calendar
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import template
from emulator import Clock, Emulator

HERE = Path(__file__).resolve().parent
FOLDER = template.ROOT / "target" / "deployed" / "run"
SKIPPED = 75


class Proof:
    """The steps of one run, and what became of them."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def step(self, name: str, do) -> bool:
        """Runs one step under its heading; what it raises is its failure."""
        print(f"\n== {name}", flush=True)
        start, well = time.monotonic(), True
        try:
            do()
        except Exception as error:  # noqa: BLE001: whatever it is, the run goes on to its end and says so
            print(f"{type(error).__name__}: {error}")
            well, self.failed = False, self.failed + 1
        print(f"-- {name}: {'ok' if well else 'FAILED'}, {time.monotonic() - start:.1f} s", flush=True)
        return well

    def stories(self, environment: dict[str, str], *arguments: str) -> None:
        """Runs pytest and counts."""
        report = FOLDER / "report.xml"
        report.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments], cwd=HERE, env=environment, check=False)
        if not report.exists():
            raise RuntimeError("the stories did not run")
        for suite in xml.parse(report).getroot().iter("testsuite"):
            counts = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
            bad = counts["failures"] + counts["errors"]
            self.failed += bad
            self.skipped += counts["skipped"]
            self.passed += counts["tests"] - bad - counts["skipped"]


def tuesday_morning() -> int:
    """Seconds until the next Tuesday, 08:40 UTC: a working day, before the hours in which contacts get mail."""
    now = time.gmtime()
    days = (calendar.TUESDAY - now.tm_wday) % 7
    seconds = days * 86_400 + (8 * 60 + 40) * 60 - (now.tm_hour * 3_600 + now.tm_min * 60 + now.tm_sec)
    return seconds if seconds >= 0 else seconds + 7 * 86_400


def missing_binaries() -> list[str]:
    folder = template.binaries_folder()
    return [name for name in template.functions(template.load()).values() if not (folder / name).exists()]


def main() -> int:
    keeps = "--keep" in sys.argv
    for_pytest = [argument for argument in sys.argv[1:] if argument != "--keep"]

    if missing := missing_binaries():
        print(f"No binaries for {', '.join(missing)} in {template.binaries_folder()}.\n"
              "Build them with `cargo build --release --bins`, or say with KEEPWELL_BINARIES where they are.")
        return 1
    subprocess.run(["rm", "-rf", FOLDER], check=True)
    FOLDER.mkdir(parents=True)
    clock = Clock(FOLDER)
    clock.build()
    clock.turn_to_offset(tuesday_morning())
    emulator, proof = Emulator(FOLDER, clock), Proof()
    environment = emulator.environment() | {
        "KEEPWELL_PROOF_FOLDER": str(FOLDER),
        "KEEPWELL_BINARIES": str(template.binaries_folder()),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        deployed = proof.step("MiniStack", emulator.start) and proof.step(
            "package and deploy", lambda: subprocess.run([sys.executable, HERE / "deployment.py"], cwd=HERE, env=environment, check=True)
        )
        if deployed and keeps:
            keep(environment)
        elif deployed:
            proof.step("stories", lambda: proof.stories(environment, *for_pytest))
    except KeyboardInterrupt:
        proof.failed += not keeps
    finally:
        emulator.stop()
    if keeps:
        return 0
    if proof.skipped:
        print(f"\n{proof.skipped} skipped")
    print(f"\n{proof.passed} passed, {proof.failed} failed")
    return 1 if proof.failed else 0


def keep(environment: dict[str, str]) -> None:
    """Tells how the stack is reached, and waits."""
    lines = [f"export {name}='{value}'\n" for name, value in sorted(environment.items()) if name not in ("HOME", "LANG", "CC")]
    (FOLDER / "env").write_text("export STACK=keepwell\n" + "".join(lines))
    print(f"\nThe stack runs until Ctrl-C. In another terminal:\n\n    . {(FOLDER / 'env').relative_to(template.ROOT)}\n"
          "    aws cloudformation describe-stacks --stack-name keepwell --query 'Stacks[0].Outputs'\n"
          "    (cd tests/deployed && python -m pytest test_02_the_loop.py)\n", flush=True)
    while True:
        time.sleep(3_600)


if __name__ == "__main__":
    os.chdir(template.ROOT)
    sys.exit(main())
