"""Text of a small causal model of the shared zoo under the marks of serving engines, by their own functions, one key a file:
vLLM's watermarkers (its wheel, the watermarking files alone), SBW's seeds and draws (package `sbw`, its `gpu-` schemes), and
this project's own mark by its own command. Writes OUT/<scheme>-<n>.jsonl.gz and its mark file, as make_marked.py does.
A context that stood before in the answer is served unmarked, as vLLM does by default.

  python make_engine_marked.py MODEL PROMPTS.jsonl.gz OUT --scheme gumbel-vllm|dual-gumbel-vllm|sbw-selfhash|sbw-lefthash|assay-tournament|assay-biased
         --vllm FOLDER/vllm --sbw FOLDER [--keys 40] [--texts 8] [--tokens 200] [--assay dist/command/main.js]
"""
import argparse, gzip, importlib.util, json, os, random, subprocess, sys, tempfile, types

import torch
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("prompts")
parser.add_argument("out")
parser.add_argument("--scheme", required=True)
parser.add_argument("--vllm")
parser.add_argument("--sbw")
parser.add_argument("--assay", default="dist/command/main.js")
parser.add_argument("--keys", type=int, default=40)
parser.add_argument("--texts", type=int, default=8)
parser.add_argument("--tokens", type=int, default=200)
args = parser.parse_args()
torch.set_num_threads(1)
torch.compile = lambda f=None, **_: f if f is not None else (lambda g: g)
os.makedirs(args.out, exist_ok=True)
# What the own mark's command is handed of each step: the model's other tokens are as good as never drawn.
TOP = 200
ALPHA = 0.1


def stand_in(name):
    module = types.ModuleType(name)
    module.__path__ = []
    sys.modules[name] = module
    return module


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def vllm():
    for name in ["vllm", "vllm.config", "vllm.v1", "vllm.v1.watermarking", "vllm.v1.watermarking.prfs",
                 "vllm.v1.worker", "vllm.v1.worker.gpu", "vllm.v1.worker.gpu.sample"]:
        stand_in(name)
    config = stand_in("vllm.config.watermarking")
    config.WatermarkPRFName = config.WatermarkContextScope = str
    source = open(f"{args.vllm}/config/watermarking.py").read()
    start = source.index("def derive_watermark_key")
    exec("import hashlib\n" + source[start:source.index("\n\n\n", start)], config.__dict__)
    stand_in("vllm.v1.worker.gpu.sample.gumbel").gumbel_sample = None
    base = f"{args.vllm}/v1/watermarking"
    for name in ["prfs.base", "prfs.philox"]:
        load(f"vllm.v1.watermarking.{name}", f"{base}/{name.replace('.', '/')}.py")
    load("vllm.v1.watermarking.prfs", f"{base}/prfs/__init__.py")
    for name in ["detector", "watermarker"]:
        load(f"vllm.v1.watermarking.{name}", f"{base}/{name}.py")
    return load("vllm.v1.watermarking.gumbel", f"{base}/gumbel.py")


def sbw():
    stand_in("sbw")
    load("sbw.prf", f"{args.sbw}/sbw/prf.py")
    return load("sbw.batch", f"{args.sbw}/sbw/batch.py")


def drawn(logits):
    return torch.multinomial(logits.softmax(-1), 1)[:, 0]


def contexts_of(ids, width):
    """The answer's last ids, -1 before its beginning."""
    pad = torch.full((ids.shape[0], width), -1, dtype=torch.long)
    return torch.cat([pad, ids], 1)[:, -width:] if width else torch.empty((ids.shape[0], 0), dtype=torch.long)


def once(ids, width, seen, logits, mark):
    """mark() where a row's context is new to it, a draw without the mark where it is not."""
    contexts = contexts_of(ids, width)
    fresh = torch.tensor([tuple(c) not in seen[r] for r, c in enumerate(contexts.tolist())])
    for r, c in enumerate(contexts.tolist()):
        seen[r].add(tuple(c))
    return torch.where(fresh, mark(contexts), drawn(logits))


def maker(n):
    """A step of one key: (answers so far, logits) -> next ids; and the mark file."""
    rng = random.Random(f"assay marks {args.scheme} {n}")
    seen = [set() for _ in range(args.texts)]
    mark = {"type": "assay/mark/v1", "name": f"{args.scheme} {n}", "vocabulary": vocabulary}
    if args.scheme in ("gumbel-vllm", "dual-gumbel-vllm"):
        key = rng.getrandbits(64)
        if args.scheme == "gumbel-vllm":
            one = engine.GumbelWatermarker(key)
            step = lambda ids, logits: once(ids, 4, seen, logits, lambda c: one._sample_watermarked(logits, c).token_ids)
            return step, mark | {"scheme": "gumbel", "variant": "vllm", "key": str(key)}
        two = engine.DualKeyGumbelWatermarker(key, alpha=ALPHA)

        def routed(logits, c):
            a = two.draft_watermarker._sample_watermarked(logits, c).token_ids
            b = two.target_watermarker._sample_watermarked(logits, c).token_ids
            return torch.where(torch.rand(len(c)) < ALPHA, b, a)

        step = lambda ids, logits: once(ids, 4, seen, logits, lambda c: routed(logits, c))
        return step, mark | {"scheme": "dual-gumbel", "variant": "vllm", "key": str(key), "parameters": {"alpha": ALPHA}}
    if args.scheme.startswith("sbw"):
        key, selfhash, gamma, delta = rng.getrandbits(62) | 1, args.scheme == "sbw-selfhash", 0.5, 2.0
        limit = int(gamma * 0x7FFFFFFF)

        def biased(contexts, logits):
            if selfhash:
                return engine._selfsalt_fullvocab_clone_inner(contexts, logits, limit, delta, key, 0)
            return engine.philox_apply_watermark(key * contexts.sum(1), logits, gamma, delta)

        def step(ids, logits):
            width = 3 if selfhash else 1
            if ids.shape[1] < width:
                return drawn(logits)
            # Its function drops the first id of four: the token takes the place of the last.
            return once(ids, width, seen, logits, lambda c: drawn(biased(torch.cat([c[:, :1], c], 1) if selfhash else c, logits)))

        return step, mark | {"scheme": "sbw", "variant": "original", "key": str(key), "parameters": {
            "scheme": "selfhash" if selfhash else "lefthash", "gamma": gamma, "delta": delta}}
    mark |= {"scheme": "assay", "variant": args.scheme.split("-")[1], "key": rng.randbytes(32).hex()}
    file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
    json.dump(mark, file)
    file.close()
    child = subprocess.Popen(["node", args.assay, "mark", "apply", "--mark", file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def step(ids, logits):
        top = logits.topk(TOP, -1)
        for r in range(args.texts):
            pairs = list(zip(top.indices[r].tolist(), top.values[r].tolist()))
            child.stdin.write(json.dumps({"ids": ids[r].tolist(), "logits": pairs}) + "\n")
        child.stdin.flush()
        out = []
        for _ in range(args.texts):
            pairs = json.loads(child.stdout.readline())["logits"]
            scores = torch.tensor([p[1] if p[1] is not None else float("-inf") for p in pairs], dtype=torch.float64)
            out.append(pairs[int(torch.multinomial(scores.softmax(-1), 1))][0])
        return torch.tensor(out)

    return step, mark


model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
vocabulary = model.config.vocab_size
engine = vllm() if "vllm" in args.scheme else sbw() if args.scheme.startswith("sbw") else None
prompts = [json.loads(line)["prompt_ids"] for line in gzip.open(args.prompts, "rt")]
torch.manual_seed(1)
jobs, rows = [], []
for n in range(args.keys):
    rng = random.Random(f"assay marks {args.scheme} {n} prompts")
    jobs.append((n, *maker(n)))
    rows += [prompts[rng.randrange(len(prompts))] for _ in range(args.texts)]
ids = torch.tensor(rows)
width = ids.shape[1]
past, new = None, ids
with torch.no_grad():
    for t in range(args.tokens):
        out = model(new, past_key_values=past, use_cache=True)
        past, scores = out.past_key_values, out.logits[:, -1].float()
        steps = [step(ids[j * args.texts:(j + 1) * args.texts, width:], scores[j * args.texts:(j + 1) * args.texts]) for j, (_, step, _) in enumerate(jobs)]
        new = torch.cat(steps)[:, None]
        ids = torch.cat([ids, new], 1)
for j, (n, _, mark) in enumerate(jobs):
    with gzip.open(f"{args.out}/{args.scheme}-{n}.jsonl.gz", "wt") as file:
        for i, row in enumerate(ids[j * args.texts:(j + 1) * args.texts].tolist()):
            file.write(json.dumps({"prompt_id": i, "prompt_ids": row[:width], "ids": row[width:]}) + "\n")
    json.dump(mark, open(f"{args.out}/{args.scheme}-{n}.mark.json", "w"))
