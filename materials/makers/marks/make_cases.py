"""Random cases answered by the Python originals (transformers, synthid-text from the package index, torch on a CPU), one a
line, for the differential study. Schemes whose original is on no package index are written here from their description
in torch's own int64 arithmetic: that checks wrapping and seeding, not the reading of the description.

  python make_cases.py OUT.jsonl.gz --cases 10000 --seed 1
"""
import argparse, gzip, hashlib, json, random, sys

import numpy as np
import torch
from synthid_text.logits_processing import SynthIDLogitsProcessor
from transformers import SynthIDTextWatermarkLogitsProcessor, WatermarkLogitsProcessor

parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--cases", type=int, default=10000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--only", default="")
args = parser.parse_args()
torch.set_num_threads(1)
rng = random.Random(args.seed)
SIZES = [20, 1000, 1024, 32000, 50257]
LARGE = [100277, 128256, 151936, 262144]


def size():
    return rng.choice(LARGE) if rng.random() < 0.05 else rng.choice(SIZES) if rng.random() < 0.7 else rng.randrange(16, 60000)


def key():
    return rng.choice([15485863, rng.getrandbits(20) + 1, rng.getrandbits(31), rng.getrandbits(48), rng.getrandbits(62)])


def digest(tensor):
    return hashlib.sha256(tensor.to(torch.int32).numpy().tobytes()).hexdigest()[:24]


def kgw(scheme):
    v, k = size(), key()
    if scheme == "selfhash":
        k = rng.choice([15485863, rng.getrandbits(31)])
    width = 1 if scheme == "lefthash" else rng.randrange(1, 6)
    gamma = rng.choice([0.25, 0.5, 0.1, 0.333, rng.random() * 0.98 + 0.01])
    processor = WatermarkLogitsProcessor.__new__(WatermarkLogitsProcessor)
    # The constructor draws a million-entry table each time: it is made once a key.
    processor.vocab_size, processor.greenlist_size, processor.seeding_scheme = v, int(v * gamma), scheme
    processor.rng, processor.hash_key, processor.context_width, processor.table_size = torch.Generator(), k, width, 1_000_003
    processor.fixed_table = table(k) if scheme == "selfhash" else None
    ids = torch.tensor([rng.randrange(v) for _ in range(max(width, 1) + 2)])
    green = processor._get_greenlist_ids(ids)
    return {"original": "transformers", "mark": {"scheme": "kgw", "variant": "transformers", "key": str(k), "vocabulary": v, "parameters": {
        "greenlist_ratio": gamma, "seeding_scheme": scheme, "context_width": width}}, "ids": ids.tolist(), "answer": digest(green)}


TABLES = {}


def table(k):
    if k not in TABLES:
        if len(TABLES) > 8:  # 8 MB each; the default key, asked for again and again, stays
            TABLES.pop(next(key for key in TABLES if key != 15485863))
        TABLES[k] = WatermarkLogitsProcessor(16, "cpu", hashing_key=k, seeding_scheme="selfhash").fixed_table
    return TABLES[k]


def synthid(original):
    layers, n = rng.randrange(1, 41), rng.randrange(2, 8)
    keys = [rng.getrandbits(63) for _ in range(layers)] if rng.random() < 0.7 else [rng.randrange(1000) for _ in range(layers)]
    slots = rng.choice([2**16, 2**16, 2**10, 1000, 65521, 2**18])
    seed = rng.choice([0, rng.getrandbits(31), rng.getrandbits(40)])
    v = rng.choice([1024, 128256, 262144])
    ids = [rng.randrange(v) for _ in range(n + rng.randrange(0, 6))]
    if original == "synthid-text":
        p = SynthIDLogitsProcessor(ngram_len=n, keys=keys, sampling_table_size=slots, sampling_table_seed=seed,
            context_history_size=64, temperature=1.0, top_k=40, device=torch.device("cpu"))
    else:
        p = SynthIDTextWatermarkLogitsProcessor(n, keys, slots, seed, 64, "cpu")
    g = p.compute_g_values(torch.tensor([ids]))[0]
    return {"original": original, "mark": {"scheme": "synthid", "variant": "transformers", "key": [str(k) for k in keys], "vocabulary": v,
        "parameters": {"ngram_len": n, "sampling_table_size": slots, "sampling_table_seed": str(seed)}}, "ids": ids,
        "answer": ["".join(map(str, row)) for row in g.tolist()]}


def reference():
    """The reference repository's present hash, in torch int64: initial value from the keys, twelve rounds, shift 5."""
    layers, n = rng.randrange(1, 41), rng.randrange(2, 8)
    keys = [rng.getrandbits(63) for _ in range(layers)]
    ids = [rng.randrange(262144) for _ in range(n + rng.randrange(0, 6))]
    iv = int.from_bytes(hashlib.sha256(np.array(keys, dtype="<i8").tobytes()).digest(), "big") % (2**63 - 1)
    a, one = torch.tensor(6364136223846793005), torch.tensor(1)
    # All windows and layers at once: int64 tensors wrap the same way whatever their shape.
    h = torch.full((len(ids) - n + 1,), iv)
    windows = torch.tensor(ids).unfold(0, n, 1)
    for k in range(n):
        h = (h + windows[:, k]) * a + one
    x = (h[:, None] + torch.tensor(keys)[None]) * a + one
    for _ in range(12):
        x = ((x + one) * a + one) >> 5
    rows = ["".join(map(str, row)) for row in ((x >> 30) % 2).tolist()]
    return {"original": "torch int64, from the description", "mark": {"scheme": "synthid", "variant": "reference",
        "key": [str(k) for k in keys], "vocabulary": 262144, "parameters": {"ngram_len": n}}, "ids": ids, "answer": rows}


FIXED = torch.randperm(1_000_003, generator=torch.Generator().manual_seed(2971215073))


def original_prf():
    """PRFs of KGW's repository as its names describe them, in torch int64."""
    name = rng.choice(["additive", "anchored_minhash", "minhash", "skipgram", "anchored_skipgram", "multiplicative", "minfunc", "position", "noncomm", "simple_skip", "minskipgram"])
    width = rng.randrange(2, 7) if name == "minskipgram" else rng.randrange(1, 7)
    salt, v = rng.random() < 0.4, size()
    k = rng.choice([15485863, rng.getrandbits(31)])
    w = torch.tensor([rng.randrange(v) for _ in range(width)])
    h = lambda t: FIXED[t % 1_000_003] + 1
    value = {
        "additive": lambda: k * int(w.sum()), "multiplicative": lambda: k * int(w.prod()), "minfunc": lambda: k * int(w.min()),
        "anchored_minhash": lambda: int((k * h(w) * h(w[-1])).min()), "minhash": lambda: int(h(k * w).min()),
        "skipgram": lambda: int(h(k * w[0])), "anchored_skipgram": lambda: int(h(k * w[0]) * h(k * w[-1])),
        "simple_skip": lambda: int(h(k * w[::2]).prod()), "position": lambda: int((k * w * torch.arange(1, width + 1)).sum()),
        "minskipgram": lambda: int(torch.combinations(h(k * w)).prod(1).min()), "noncomm": lambda: noncomm(w, k, h),
    }[name]()
    gamma, legacy = rng.choice([0.25, 0.5]), rng.random() < 0.3
    g = torch.Generator().manual_seed(value % (2**64 - 1))
    perm, green = torch.randperm(v, generator=g), int(v * gamma)
    chosen = perm[v - green :] if legacy else perm[:green]
    return {"original": "torch int64, from the description", "mark": {"scheme": "kgw", "variant": "original", "key": str(k), "vocabulary": v, "parameters": {
        "gamma": gamma, "seeding_scheme": f"ff-{name}_prf-{width}-{salt}-{k}", "select_green_tokens": not legacy}}, "ids": w.tolist(),
        "answer": digest(chosen.sort().values)}


def noncomm(w, k, h):
    x = torch.tensor(k)
    for entry in w:
        x = (x * h(x * entry)) % 2**32
    return int(x)


def unigram():
    v, k, gamma = size(), rng.getrandbits(31), rng.choice([0.25, 0.5])
    mask = np.array([True] * int(gamma * v) + [False] * (v - int(gamma * v)))
    np.random.default_rng(int.from_bytes(hashlib.sha256(np.int64(k)).digest()[:4], "little")).shuffle(mask)
    return {"original": "numpy", "mark": {"scheme": "unigram", "variant": "original", "key": k, "vocabulary": v, "parameters": {"gamma": gamma}},
        "ids": [0], "answer": hashlib.sha256(mask.astype(np.uint8).tobytes()).hexdigest()[:24]}


def gumbel():
    v, k, width = size(), rng.getrandbits(30), rng.randrange(1, 6)
    ids = [rng.randrange(v) for _ in range(width + 1)]
    product = 1
    for i in ids[:-1]:
        product *= i
    u = torch.rand(v, generator=torch.Generator().manual_seed(k * (product % v)))
    return {"original": "torch", "mark": {"scheme": "gumbel", "variant": "markllm", "key": k, "vocabulary": v, "parameters": {"prefix_length": width}},
        "ids": ids, "answer": int(u[ids[-1]].double() * 2**24)}


MAKERS = {"kgw-lefthash": lambda: kgw("lefthash"), "kgw-selfhash": lambda: kgw("selfhash"), "synthid-transformers": lambda: synthid("transformers"),
    "synthid-text": lambda: synthid("synthid-text"), "synthid-reference": reference, "kgw-original": original_prf, "unigram": unigram, "gumbel": gumbel}
with gzip.open(args.out, "wt") as file:
    for name, make in MAKERS.items():
        if args.only and name not in args.only.split(","):
            continue
        count = args.cases
        for i in range(count):
            file.write(json.dumps({"kind": name, **make()}) + "\n")
            if i % 1000 == 0:
                print(name, i, file=sys.stderr)
