#!/bin/sh
# Findings as JSON, one a line, for a script of your own.
#   sh examples/read-a-finding.sh FOLDER      FOLDER must be new or empty
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1" && cd "$1"
assay() { node "$here/dist/command/main.js" "$@"; }

assay examine weights "$here/fixtures/demo/base" "$here/fixtures/demo/independent-twin" --json > findings.jsonl

node -e '
  for (const line of require("node:fs").readFileSync("findings.jsonl", "utf8").trim().split("\n")) {
    const { proposition, outcome, reason } = JSON.parse(line);
    console.log(`${proposition.id}: ${outcome}\n  ${reason}`);
  }'
