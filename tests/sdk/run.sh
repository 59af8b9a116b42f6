#!/usr/bin/env bash
# Segment's own SDKs against the local system. Needs Node 20, Python 3 and the package registries; installs into target/sdk.
#
#   tests/sdk/run.sh            # installs what is missing, builds, and tests
#   tests/sdk/run.sh install    # only installs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tools=$PWD/target/sdk
mkdir -p "$tools/node"
cp tests/sdk/package.json tests/sdk/package-lock.json tests/sdk/*.mjs tests/sdk/send.py "$tools/node/"
npm ci --prefix "$tools/node" --silent --no-audit --no-fund
[ -x "$tools/venv/bin/python" ] || python3 -m venv "$tools/venv"
"$tools/venv/bin/pip" install --quiet --disable-pip-version-check --requirement tests/sdk/requirements.txt
[ "${1:-}" != install ] || exit 0

cargo build --locked --package keepwell
node "$tools/node/drive.mjs" target/debug/keepwell "$tools/venv/bin/python"
