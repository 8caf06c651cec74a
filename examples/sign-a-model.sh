#!/bin/sh
# A publisher signs the files of a model; anybody checks them; one changed byte is told (exit status 3).
#   sh examples/sign-a-model.sh FOLDER      FOLDER must be new or empty
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1" && cd "$1"
assay() { node "$here/dist/command/main.js" "$@"; }

openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl ec -in key.pem -pubout -out public.pem 2>/dev/null
cp -r "$here/fixtures/demo/base" model

assay register sign model --private-key key.pem --signature model.sig
assay register verify model --public-key public.pem --signature model.sig

printf 'x' >> model/config.json
if assay register verify model --public-key public.pem --signature model.sig; then exit 1; fi
