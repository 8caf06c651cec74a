#!/bin/sh
# Clients of the interfaces that openapi-specs.ts describes: sh openapi-clients.sh SPECS INNOCENTS/python
# openapi-python-client 0.29.1 and ruff, both from PyPI; MAKER/MAKER holds each maker's client.
for spec in "$1"/*.json; do
  maker=$(basename "$spec" .json)
  mkdir -p "$2/$maker"
  openapi-python-client generate --path "$spec" --output-path "$2/$maker/$maker" --meta none
done
