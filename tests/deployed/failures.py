"""Ways to break a deployed system, and to put it right again."""

import contextlib
import json
import os
import signal
from pathlib import Path

from deployment import STACK

NAME = "proof-takes-away"


@contextlib.contextmanager
def without_the_right(world, role: str, action: str):
    """Takes a right away from a function's role, as a wrong policy of an organisation would."""
    iam, name = world.aws("iam"), world.id(role)
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName=NAME, PolicyDocument=json.dumps(deny))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=name, PolicyName=NAME)


def processes_of(function: str) -> list[int]:
    """The running processes of a function: those whose environment Lambda's emulator gave its name."""
    found, wanted = [], f"AWS_LAMBDA_FUNCTION_NAME={STACK}-{function}".encode()
    ours = f"KEEPWELL_CLOCK={os.environ['KEEPWELL_CLOCK']}".encode()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            environment = (folder / "environ").read_bytes().split(b"\0")
            if wanted in environment and ours in environment:
                found.append(int(folder.name))
    return found


def kill(function: str) -> int:
    """Kills a function wherever it stands, as a machine that goes away does. Answers how many processes it were."""
    killed = 0
    for process in processes_of(function):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            killed += 1
    return killed

