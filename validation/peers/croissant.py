"""Croissant documents by MLCommons' own reader, `mlcroissant`: croissant.py FILE… One JSON line a file."""

import json
import logging
import sys

import mlcroissant

logging.disable(logging.CRITICAL)
for file in sys.argv[1:]:
    try:
        metadata = mlcroissant.Dataset(jsonld=file).metadata
        issues = metadata.ctx.issues
        errors, warnings = sorted(map(str, issues.errors)), sorted(map(str, issues.warnings))
        name = metadata.name
    except mlcroissant.ValidationError as error:
        errors, warnings, name = str(error).splitlines(), [], None
    print(json.dumps({"file": file, "name": name, "errors": errors, "warnings": warnings}))
