"""MiniStack and the clock: starts them for one run, and leaves nothing behind."""

import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGION = "eu-central-1"
ACCOUNT = "000000000000"


AWS = """#!/usr/bin/env bash
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --cli-binary-format) shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
exec "{aws}" --endpoint-url "$AWS_ENDPOINT_URL" "${{arguments[@]}}"
"""


class Clock:
    """The time of all processes of the proof (clock.c). It can only be turned forward."""

    def __init__(self, folder: Path):
        self.file = folder / "clock"
        self.library = folder / "clock.so"

    def build(self) -> None:
        """Compiles the library and lets the clock stand right."""
        compiler = os.environ.get("CC", "cc")
        flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
        subprocess.run([compiler, *flags, "-o", self.library, HERE / "clock.c", "-ldl"], check=True)
        self.turn_to_offset(0)

    def offset(self) -> int:
        """Seconds by which the clock is ahead."""
        return struct.unpack("<q", self.file.read_bytes())[0]

    def turn(self, seconds: int) -> None:
        """Lets so many seconds pass for everybody."""
        assert seconds >= 0, "time runs forward"
        self.turn_to_offset(self.offset() + seconds)

    def turn_to_offset(self, offset: int) -> None:
        # In place, in one write: the processes have the file mapped.
        with open(os.open(self.file, os.O_WRONLY | os.O_CREAT), "wb") as file:
            file.write(struct.pack("<q", offset))

    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "KEEPWELL_CLOCK": str(self.file)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Emulator:
    """One MiniStack on 127.0.0.1. It checks signatures and evaluates IAM policies: each function has its own role's rights only."""

    def __init__(self, folder: Path, clock: Clock):
        self.folder = folder
        self.clock = clock
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "ministack.log"
        self.process: subprocess.Popen | None = None

    def environment(self) -> dict[str, str]:
        """What clients of the emulator (aws, boto3, pytest) need; the emulator itself and the functions inherit it too."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "CC") if name in os.environ}
        return kept | self.clock.environment() | {
            "PATH": os.pathsep.join([str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_PAGER": "",
            # Nobody's own profile or credentials take part.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, limit_s: float = 120) -> None:
        for name in ("tmp", "bin"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        # People have version 2 of the command line; PyPI has version 1. It sends what is for SQS to AWS itself unless the address is
        # an argument, and does not know the option that makes version 2 take a payload as it stands, which version 1 does anyway.
        command = self.folder / "bin" / "aws"
        command.write_text(AWS.format(aws=Path(sys.executable).parent / "aws"))
        command.chmod(0o755)
        settings = {
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "AUTH": "true",
            "LOG_LEVEL": os.environ.get("MINISTACK_LOG_LEVEL", "INFO"),
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "STATE_DIR": str(self.folder / "state"),
            "S3_DATA_DIR": str(self.folder / "s3"),
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                env=self.environment() | settings,
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self.folder,
                start_new_session=True,
            )
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"MiniStack ended with {self.process.returncode}; see {self.log}")
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError(f"MiniStack did not answer within {limit_s} s; see {self.log}")

    def stop(self) -> None:
        """Ends MiniStack and the functions that it started: they are one session of processes."""
        if self.process is None:
            return
        for signal in ("TERM", "KILL"):
            subprocess.run(["kill", f"-{signal}", "--", f"-{self.process.pid}"], check=False, stderr=subprocess.DEVNULL)
            try:
                self.process.wait(20)
                if not group_lives(self.process.pid):
                    break
            except subprocess.TimeoutExpired:
                continue
        self.process = None


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False
