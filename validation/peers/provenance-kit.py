"""The public kit that scans for a model's base (PyPI cisco-ai-provenance-kit 1.0.0, Apache-2.0) on the pairs of
validation/scan.study.ts: every suspect against every base of the library, by the kit's own compare, its features
taken once a model. Its decision is its own; beside it stands its score of the weights alone.

  pip download cisco-ai-provenance-kit==1.0.0 --no-deps; unzip it into KIT; its requirements beside (torch, transformers, …)
  python validation/peers/provenance-kit.py --kit KIT --zoo ../shared/zoo --scan SCANWORK --out pairs.jsonl
  python validation/peers/provenance-kit.py --table pairs.jsonl > validation/scan-kit.json

SCANWORK is the --work folder of the study. The package asks for Python 3.12; its code holds nothing that 3.11 does not
take, and so its files were put on the path of a Python 3.11 unchanged.
"""
import argparse, json, os, re, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("--kit")
parser.add_argument("--zoo")
parser.add_argument("--scan")
parser.add_argument("--out")
parser.add_argument("--table")
args = parser.parse_args()
MATCHES = {"Confirmed Match", "High-Confidence Match"}


def table(path):
    rows = [json.loads(line) for line in open(path)]
    derived = [r for r in rows if r["bases"]]
    strangers = [r for r in rows if not r["bases"]]
    by = lambda r, what: sorted(r["pairs"], key=lambda p: -(p[what] if p[what] is not None else -1))
    first = lambda r, what: by(r, what)[0]["name"] in r["bases"] and by(r, what)[0][what] != by(r, what)[1][what]
    matched = lambda r: [p["name"] for p in r["pairs"] if p["decision"] in MATCHES]
    alone = lambda r: [p["name"] for p in r["pairs"] if p["identity"] is not None and p["identity"] > 0.75]
    independent = [(r, p) for r in rows for p in r["pairs"] if p["name"] not in r["bases"]]
    count = lambda of: sum(1 for one in of if one)
    kinds = {}
    for r in derived:
        k = kinds.setdefault(r["how"] if r["kind"] == "bank" else "the zoo's", {"models": 0, "baseMatched": 0, "baseFirstAlone": 0, "weightsFirst": 0, "weightsMatched": 0})
        k["models"] += 1
        k["baseMatched"] += bool(set(matched(r)) & set(r["bases"]))
        k["baseFirstAlone"] += first(r, "score")
        k["weightsFirst"] += first(r, "identity")
        k["weightsMatched"] += bool(set(alone(r)) & set(r["bases"]))
    print(json.dumps({
        "kit": "cisco-ai-provenance-kit 1.0.0",
        "derived": len(derived),
        "byDecision": {
            "baseMatched": count(set(matched(r)) & set(r["bases"]) for r in derived),
            "baseFirstAlone": count(first(r, "score") for r in derived),
            "derivedWithAWrongMatch": count(set(matched(r)) - set(r["bases"]) for r in derived),
            "strangersMatched": count(matched(r) for r in strangers),
            "independentPairsMatched": count(p["decision"] in MATCHES for _, p in independent),
        },
        "byWeightsAlone": {
            "baseMatched": count(set(alone(r)) & set(r["bases"]) for r in derived),
            "baseFirst": count(first(r, "identity") for r in derived),
            "derivedWithAWrongMatch": count(set(alone(r)) - set(r["bases"]) for r in derived),
            "strangersMatched": count(alone(r) for r in strangers),
            "independentPairsMatched": count((p["identity"] or 0) > 0.75 for _, p in independent),
            "highestIndependent": max((p["identity"] for _, p in independent if p["identity"] is not None), default=None),
        },
        "strangers": len(strangers),
        "independentPairs": len(independent),
        "secondsACandidate": round(sum(r["seconds"] / len(r["pairs"]) for r in rows) / len(rows), 4),
        "notRead": sorted({r["suspect"] for r in rows if r.get("error")}),
        "kinds": kinds,
    }, indent=1))


if args.table:
    table(args.table)
    sys.exit()

sys.path.insert(0, args.kit)
os.environ["HF_HUB_OFFLINE"] = "1"
import logging

import structlog

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
from provenancekit.core.scanner import ModelProvenanceScanner
from provenancekit.services.cache import NullCache


class Once(ModelProvenanceScanner):
    """Features of a model are taken once; everything after that is the kit's."""

    def __init__(self):
        super().__init__(cache=NullCache())
        self.held = {}

    def _extract_model(self, model_id):
        if model_id not in self.held:
            self.held[model_id] = super()._extract_model(model_id)
        return self.held[model_id]


scanner = Once()
manifest = json.load(open(f"{args.zoo}/manifest.json"))
bank = sorted(name for name in os.listdir(f"{args.zoo}/bank") if re.fullmatch(r"[a-d]\d\d", name))
roots = [name for name in manifest if not manifest[name]["parents"] and os.path.isdir(f"{args.zoo}/models/{name}")]


def beside(name):
    """A bank model's files with the bank's one tokenizer among them: the kit does not read a model without."""
    folder = os.path.join(args.scan, "kit", name)
    os.makedirs(folder, exist_ok=True)
    for file, source in (("config.json", name), ("model.safetensors", name), ("tokenizer.json", "")):
        if not os.path.lexists(f"{folder}/{file}"):
            os.symlink(os.path.abspath(os.path.join(args.zoo, "bank", source, file)), f"{folder}/{file}")
    return folder


bases = {name: f"{args.zoo}/models/{name}" for name in roots} | {name: beside(name) for name in bank}
known = {}
for line in open(os.path.join(args.scan, "rows.jsonl")):
    row = json.loads(line)
    known[(row["suspect"], row["how"])] = row
done = {(r["suspect"], r["how"]) for r in map(json.loads, open(args.out))} if os.path.exists(args.out) else set()
OPERATIONS = ["4 bits", "noise of half a standard deviation", "half of the MLP units", "a quarter of the width less",
              "first half of the layers", "merged half and half with another base", "one layer of another base",
              "half of a difference dropped"]
with open(args.out, "a") as out:
    for (suspect, how), row in known.items():
        if (suspect, how) in done:
            continue
        if how in OPERATIONS:
            kind, path = "bank", os.path.join(args.scan, "derived", f"{suspect}-{OPERATIONS.index(how)}")
            if not os.path.exists(f"{path}/tokenizer.json"):
                os.symlink(os.path.abspath(f"{args.zoo}/bank/tokenizer.json"), f"{path}/tokenizer.json")
        elif how == "not in the library":
            kind, path = "stranger", bases[suspect]
        else:
            kind, path = "zoo", f"{args.zoo}/models/{suspect}"
        started = time.process_time()
        pairs, error = [], None
        for name, base in bases.items():
            if how == "not in the library" and name == suspect:
                continue
            try:
                r = scanner.compare(path, base)
                pairs.append({"name": name, "decision": r.scores.provenance_decision, "score": r.scores.pipeline_score,
                              "identity": r.scores.identity_score, "mfi": r.scores.mfi_match})
            except Exception as e:  # a model that the kit does not read is reported, not hidden
                error = str(e)[:200]
                pairs.append({"name": name, "decision": "not read", "score": None, "identity": None, "mfi": None})
        if kind != "stranger":
            scanner.held.pop(path, None)
        print(json.dumps({"suspect": suspect, "how": how, "kind": kind, "bases": row["bases"], "pairs": pairs,
                          "seconds": round(time.process_time() - started, 3), **({"error": error} if error else {})}), file=out, flush=True)
        print(suspect, how, error or "", file=sys.stderr)
