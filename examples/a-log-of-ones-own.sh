#!/bin/sh
# A transparency log: one entry, its proof, and a check of everything stored.
#   sh examples/a-log-of-ones-own.sh FOLDER      FOLDER must be new or empty
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1" && cd "$1"
assay() { node "$here/dist/command/main.js" "$@"; }

assay log init log --origin log.example/models > policy.txt
printf 'model X was published on 1 November' > record.txt
assay log append log record.txt --proof record.tlog-proof

# Anybody with the entry, its proof and the policy that init printed; then everything stored, from the first byte on.
assay log verify record.tlog-proof record.txt --policy policy.txt
assay log fsck log --policy policy.txt
