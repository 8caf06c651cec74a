#!/usr/bin/env bash
# Installs the packed tarball into an empty project, as a user would, and runs the command line from there.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The system's own Node.js, as a user has it: a shell that stands in the checkout may have the checkout's newer one first, and that one
# forgives a method that the older lacks.
PATH=$(printf %s "$PATH" | tr : '\n' | grep -v 'node_modules/\.bin' | paste -sd:)
cd "$root"
npm pack --silent --pack-destination "$work" >/dev/null
mkdir "$work/user"
cd "$work/user"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "$work"/assay-*.tgz
export ASSAY_HOME="$work/home"
assay="$PWD/node_modules/.bin/assay"
"$assay" --version
# Here on the system's own Node.js, which may be older than the checkout's: each must start.
for verb in audit case collect evaluate examine gate log mark pact register traffic verdict; do "$assay" "$verb" --help >/dev/null; done
"$assay" demo --out "$work/demo"
"$assay" verify "$work/demo/finetune"
"$assay" verify "$work/demo/deeper" --recompute --inputs node_modules/assay/fixtures/demo
# What the other party installs to check a bundle must load by itself.
cat >check.mjs <<'JS'
import { verifyBundle } from "assay/verify";
if (verifyBundle(new Map()).holds) throw new Error("an empty bundle must not hold");
JS
node check.mjs
echo "smoke test passed"
