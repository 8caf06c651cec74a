#!/bin/sh
# A laboratory examines two models and signs what it found; the other side verifies it offline, then recomputes it.
#   sh examples/examine-and-verify.sh FOLDER      FOLDER must be new or empty
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1" && cd "$1"
assay() { node "$here/dist/command/main.js" "$@"; }

openssl genpkey -algorithm ed25519 -out lab.pem 2>/dev/null
openssl pkey -in lab.pem -pubout -out lab-public.pem

assay examine weights "$here/fixtures/demo/base" "$here/fixtures/demo/finetune" --out case-1 --sign lab.pem

# Without the models: structure, digests, schema, coherence, signature.
assay verify case-1 --trust-key lab-public.pem

# With them: the same finding, to the last bit.
assay verify case-1 --recompute --inputs "$here/fixtures/demo"
