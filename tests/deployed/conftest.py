"""One stack for all stories. They run in the order of their file names: time only runs forward, and the last one deletes the stack."""

import os

import pytest

from listener import Listener
from world import World


def pytest_configure(config):
    if "KEEPWELL_PROOF_FOLDER" not in os.environ:
        pytest.exit("start tests/deployed/run; or, against a stack that runs already: . target/deployed/run/env", returncode=2)


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def bus(world) -> Listener:
    """Hears everything that is published, as a rule of the team's own would."""
    return Listener.start(world)
