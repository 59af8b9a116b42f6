#!/bin/sh
# Imports a million usage rows into a local system of its own, and says how long it took and the most memory that each side held.
#   cargo build --release -p keepwell && tests/benches/import_usage.sh [ROWS] [CUSTOMERS]
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
tests/benches/usage_rows.sh "$work/rows" "$@"
target/release/keepwell --port 8099 --data "$work/data" --empty --now 2026-02-01T00:00:00Z --no-web-build \
    > "$work/server.log" 2>&1 &
server=$!
until curl -sf http://127.0.0.1:8099/_local/health > /dev/null; do sleep 1; done
started=$(date +%s)
target/release/keepwell import "$work/rows" --server http://127.0.0.1:8099 > "$work/summary" 2>&1 &
client=$!
client_kb=0
while kill -0 "$client" 2> /dev/null; do
    peak=$(awk '/VmHWM/ { print $2 }' "/proc/$client/status" 2> /dev/null || true)
    client_kb=${peak:-$client_kb}
    sleep 0.2
done
wait "$client"
cat "$work/summary"
echo "seconds: $(($(date +%s) - started))"
echo "client, most memory: $client_kb kB"
echo "server, most memory: $(awk '/VmHWM/ { print $2 }' "/proc/$server/status") kB"
