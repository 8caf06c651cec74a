"""Text of a small causal model of the shared zoo under the marks of serving engines, by their own functions, one key a file:
vLLM's watermarkers (its wheel, the watermarking files alone), SBW's seeds and draws (package `sbw`, its `gpu-` schemes),
TextSeal's public draws (apps/common/watermark/pseudorandom.py), chosen from as its generators choose, windows of two ids, without its
cut at a top share of the probability; and this project's own marks by their own function (mark_own_steps.ts). All keys of all schemes are one batch, so that a
token costs one pass of the model. Writes OUT/<scheme>-<n>.jsonl.gz (ids, and the text they spell) and its mark file.
A context that stood before in the answer is served unmarked, as vLLM does by default; self-hash too. TextSeal marks every place.

  python make_engine_marked.py MODEL PROMPTS.jsonl.gz OUT --vllm FOLDER/vllm --sbw FOLDER --textseal pseudorandom.py
         [--schemes gumbel-vllm,dual-gumbel-vllm,sbw-selfhash,sbw-lefthash,gumbel-textseal,kgw-textseal,assay-tournament,assay-biased] [--keys 10] [--texts 6]
         [--tokens 200] [--taught 3 --taught-texts 40: so many of the keys get texts for students too] [--own mark_own_steps.ts]
"""
import argparse, gzip, importlib.util, json, os, random, subprocess, sys, types

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("prompts")
parser.add_argument("out")
parser.add_argument("--schemes", default="gumbel-vllm,dual-gumbel-vllm,sbw-selfhash,sbw-lefthash,gumbel-textseal,kgw-textseal,assay-tournament,assay-biased")
parser.add_argument("--vllm")
parser.add_argument("--sbw")
parser.add_argument("--textseal")
parser.add_argument("--own", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "mark_own_steps.ts"))
parser.add_argument("--keys", type=int, default=10)
parser.add_argument("--texts", type=int, default=6)
parser.add_argument("--tokens", type=int, default=200)
parser.add_argument("--taught", type=int, default=3)
parser.add_argument("--taught-texts", type=int, default=40)
args = parser.parse_args()
torch.set_num_threads(1)
torch.compile = lambda f=None, **_: f if f is not None else (lambda g: g)
os.makedirs(args.out, exist_ok=True)
# What the own mark's function is handed of each step: the model's other tokens are as good as never drawn.
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


def load_vllm():
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


def load_sbw():
    stand_in("sbw")
    load("sbw.prf", f"{args.sbw}/sbw/prf.py")
    return load("sbw.batch", f"{args.sbw}/sbw/batch.py")


def drawn(logits):
    return torch.multinomial(logits.softmax(-1), 1)[:, 0]


class Job:
    """One key: its rows of the batch, and how the next ids of them are drawn where their contexts are new to them."""

    def __init__(self, scheme, n):
        self.scheme, self.n = scheme, n
        self.texts = args.taught_texts if n < args.taught else args.texts
        rng = random.Random(f"assay marks {scheme} {n}")
        self.seen = [set() for _ in range(self.texts)]
        self.width, self.padded, self.once = 4, True, True
        mark = {"type": "assay/mark/v1", "name": f"{scheme} {n}", "vocabulary": vocabulary}
        if scheme.endswith("vllm"):
            key = rng.getrandbits(64)
            self.mark = mark | {"scheme": scheme[: -len("-vllm")], "variant": "vllm", "key": str(key)}
            if scheme == "gumbel-vllm":
                one = vllm.GumbelWatermarker(key)
                self.draw = lambda logits, c: one._sample_watermarked(logits, c).token_ids
            else:
                self.mark["parameters"] = {"alpha": ALPHA}
                two = vllm.DualKeyGumbelWatermarker(key, alpha=ALPHA)

                def routed(logits, c):
                    a = two.draft_watermarker._sample_watermarked(logits, c).token_ids
                    b = two.target_watermarker._sample_watermarked(logits, c).token_ids
                    return torch.where(torch.rand(len(c)) < ALPHA, b, a)

                self.draw = routed
        elif scheme.endswith("textseal"):
            key, gumbel, gamma, delta = rng.getrandbits(62), scheme.startswith("gumbel"), 0.5, 2.0
            self.width, self.padded, self.once = 2, False, False
            self.mark = mark | {"scheme": scheme.split("-")[0], "variant": "textseal", "key": str(key), "parameters": {
                "ngram": self.width, **({} if gumbel else {"gamma": gamma, "delta": delta})}}

            def sealed(logits, c):
                windows = c[:, None, :].expand(-1, vocabulary, -1)
                tokens = torch.arange(vocabulary).expand(len(c), -1)
                if not gumbel:
                    return drawn(logits + delta * textseal.prf_binary(windows, tokens, key, gamma))
                return torch.pow(textseal.prf_uniform(windows, tokens, key), 1 / logits.softmax(-1)).argmax(-1)

            self.draw = sealed
        elif scheme.startswith("sbw"):
            key, selfhash, gamma, delta = rng.getrandbits(62) | 1, scheme == "sbw-selfhash", 0.5, 2.0
            limit = int(gamma * 0x7FFFFFFF)
            self.width, self.padded = 3 if selfhash else 1, False
            self.mark = mark | {"scheme": "sbw", "variant": "original", "key": str(key), "parameters": {
                "scheme": "selfhash" if selfhash else "lefthash", "gamma": gamma, "delta": delta}}

            def biased(logits, c):
                if selfhash:
                    # Its function drops the first id of four: the token takes the place of the last.
                    return drawn(sbw._selfsalt_fullvocab_clone_inner(torch.cat([c[:, :1], c], 1), logits, limit, delta, key, 0))
                return drawn(sbw.philox_apply_watermark(key * c.sum(1), logits, gamma, delta))

            self.draw = biased
        else:
            self.mark = mark | {"scheme": "assay", "variant": scheme.split("-")[1], "key": rng.randbytes(32).hex()}
            self.draw = None

    def step(self, ids, logits):
        """Ids so far [texts, t], logits [texts, vocabulary] -> next ids."""
        if not self.padded and ids.shape[1] < self.width:
            return drawn(logits)
        pad = torch.full((len(ids), self.width), -1, dtype=torch.long)
        contexts = torch.cat([pad, ids], 1)[:, -self.width :]
        if not self.once:
            return self.draw(logits, contexts)
        fresh = []
        for seen, c in zip(self.seen, contexts.tolist()):
            fresh.append(tuple(c) not in seen)
            seen.add(tuple(c))
        return torch.where(torch.tensor(fresh), self.draw(logits, contexts), drawn(logits))


class Own:
    """The own marks of all keys behind one process: (key, ids so far, top logits) a line, changed logits a line."""

    def __init__(self, jobs):
        marks = f"{args.out}/own-marks.json"
        json.dump([job.mark for job in jobs], open(marks, "w"))
        self.child = subprocess.Popen(["node", args.own, marks], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def step(self, rows):
        """[(number of the mark, ids, logits)] -> next ids."""
        if not rows:
            return []
        top = torch.stack([logits for _, _, logits in rows]).topk(TOP, -1)
        tokens, values = top.indices.tolist(), top.values.tolist()
        lines = [json.dumps({"mark": m, "ids": ids, "tokens": tokens[r], "logits": values[r]}) for r, (m, ids, _) in enumerate(rows)]
        self.child.stdin.write(f"[{','.join(lines)}]\n")
        self.child.stdin.flush()
        scores = torch.tensor(json.loads(self.child.stdout.readline()), dtype=torch.float64)
        picks = torch.multinomial(scores.softmax(-1), 1)[:, 0].tolist()
        return [tokens[r][pick] for r, pick in enumerate(picks)]


model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
vocabulary = model.config.vocab_size
schemes = args.schemes.split(",")
vllm = load_vllm() if any("vllm" in s for s in schemes) else None
textseal = load("textseal.pseudorandom", args.textseal) if any(s.endswith("textseal") for s in schemes) else None
sbw = load_sbw() if any(s.startswith("sbw") for s in schemes) else None
prompts = [json.loads(line)["prompt_ids"] for line in gzip.open(args.prompts, "rt")]
torch.manual_seed(1)
jobs = [Job(scheme, n) for scheme in schemes for n in range(args.keys)]
own_jobs = [job for job in jobs if job.draw is None]
own = Own(own_jobs) if own_jobs else None
rows = []
for job in jobs:
    rng = random.Random(f"assay marks {job.scheme} {job.n} prompts")
    job.at = slice(len(rows), len(rows) + job.texts)
    rows += [prompts[rng.randrange(len(prompts))] for _ in range(job.texts)]
ids = torch.tensor(rows)
width = ids.shape[1]
past, new = None, ids
with torch.no_grad():
    for t in range(args.tokens):
        out = model(new, past_key_values=past, use_cache=True)
        past, scores = out.past_key_values, out.logits[:, -1].float()
        following = torch.zeros(len(ids), dtype=torch.long)
        asked, places = [], []
        for number, job in enumerate(own_jobs):
            for r in range(job.at.start, job.at.stop):
                asked.append((number, ids[r, width:].tolist(), scores[r]))
                places.append(r)
        for r, token in zip(places, own.step(asked) if own else []):
            following[r] = token
        for job in jobs:
            if job.draw is not None:
                following[job.at] = job.step(ids[job.at, width:], scores[job.at])
        new = following[:, None]
        ids = torch.cat([ids, new], 1)
        print(f"\r{t + 1}/{args.tokens}", end="", file=sys.stderr, flush=True)
tokenizer = Tokenizer.from_file(f"{args.model}/tokenizer.json")
for job in jobs:
    with gzip.open(f"{args.out}/{job.scheme}-{job.n}.jsonl.gz", "wt") as file:
        for i, row in enumerate(ids[job.at].tolist()):
            file.write(json.dumps({"prompt_id": i, "prompt_ids": row[:width], "ids": row[width:],
                                   "text": tokenizer.decode(row[width:], skip_special_tokens=False)}) + "\n")
    json.dump(job.mark, open(f"{args.out}/{job.scheme}-{job.n}.mark.json", "w"))
