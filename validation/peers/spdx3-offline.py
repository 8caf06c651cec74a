"""SPDX 3 documents by the outside validator `spdx3-validate`, offline: spdx3-offline.py MODEL.ttl CONTEXT.jsonld FILE…
The SHACL model and the JSON-LD context are those that SPDX publishes (rdf/ of the gh-pages branch of spdx/spdx-spec). Then
each document is read by `spdx-python-model`, whose strict bindings are made from the same model. One JSON line a file.
"""

import json
import sys

import rdflib
from spdx3_validate.core import check_graph
from spdx3_validate.spdx_versions import SPDX_VERSIONS
from spdx_python_model import v3_0_1 as spdx

model, context, *files = sys.argv[1:]
shapes = rdflib.Graph().parse(model)
inline = json.load(open(context))["@context"]
version = next(v for v in SPDX_VERSIONS if v.pretty == "3.0.1")
for file in files:
    text = open(file).read()
    document = json.loads(text)
    assert document["@context"] == version.context_url, document["@context"]
    graph = rdflib.Graph().parse(data=json.dumps({**document, "@context": inline}), format="json-ld")
    errors = check_graph(graph, shapes, version, True)
    objects = spdx.SHACLObjectSet()
    try:
        spdx.JSONLDDeserializer().read(open(file), objects)
        unresolved = sorted(map(str, objects.link()))
        bindings = len(list(objects.foreach()))
    except Exception as error:
        unresolved, bindings = [f"{type(error).__name__}: {error}"], 0
    print(json.dumps({"file": file, "triples": len(graph), "errors": errors, "objects": bindings, "unresolved": unresolved}))
