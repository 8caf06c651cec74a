"""Random cases answered by the detectors of serving engines themselves, one a line, for the differential study:
vLLM's gumbel and dual_key_gumbel (from the wheel, its watermarking files alone), SBW as the package `sbw` has it
(its `gpu-` schemes), TextSeal's public functions. Of vLLM's texts one in twenty is drawn under the mark with random logits,
up to 24 ids over 257 at most, which is what takes time; all others are random ids, repeats among them. --cases are of each
of six kinds, and each kind has a generator of its own, so that a kind can be made again by itself (--only).

  pip download vllm==0.33.0 sbw==1.0.0 --no-deps; unzip each into a folder
  python make_engine_cases.py OUT.jsonl.gz --vllm FOLDER/vllm --sbw FOLDER --textseal pseudorandom.py --cases 10000 --seed 1
"""
import argparse, gzip, hashlib, importlib.util, json, random, sys, types

import torch

parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--vllm", required=True)
parser.add_argument("--sbw", required=True)
parser.add_argument("--textseal", required=True)
parser.add_argument("--cases", type=int, default=10000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--only", help="a kind's name")
args = parser.parse_args()
torch.set_num_threads(1)
rng = random.Random(args.seed)
torch.manual_seed(args.seed)
# Compiled kernels are the same arithmetic; compiling one a shape would take the day.
torch.compile = lambda f=None, **_: f if f is not None else (lambda g: g)


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


# The engine around the watermark is not needed and not installed: its packages are empty here.
for name in ["vllm", "vllm.config", "vllm.v1", "vllm.v1.watermarking", "vllm.v1.watermarking.prfs",
             "vllm.v1.worker", "vllm.v1.worker.gpu", "vllm.v1.worker.gpu.sample"]:
    stand_in(name)
config = stand_in("vllm.config.watermarking")
config.WatermarkPRFName = config.WatermarkContextScope = str
# One function of the configuration is needed, and its module needs pydantic and the engine: taken out by itself.
source = open(f"{args.vllm}/config/watermarking.py").read()
start = source.index("def derive_watermark_key")
exec("import hashlib\n" + source[start:source.index("\n\n\n", start)], config.__dict__)
stand_in("vllm.v1.worker.gpu.sample.gumbel").gumbel_sample = None
base = f"{args.vllm}/v1/watermarking"
load("vllm.v1.watermarking.prfs.base", f"{base}/prfs/base.py")
load("vllm.v1.watermarking.prfs.philox", f"{base}/prfs/philox.py")
load("vllm.v1.watermarking.prfs", f"{base}/prfs/__init__.py")
load("vllm.v1.watermarking.detector", f"{base}/detector.py")
load("vllm.v1.watermarking.watermarker", f"{base}/watermarker.py")
gumbel = load("vllm.v1.watermarking.gumbel", f"{base}/gumbel.py")
stand_in("sbw")
prf = load("sbw.prf", f"{args.sbw}/sbw/prf.py")
textseal = load("textseal.pseudorandom", args.textseal)
sbw = load("sbw.batch", f"{args.sbw}/sbw/batch.py")


def key():
    return rng.choice([42, 2**64 - 1, rng.getrandbits(20), rng.getrandbits(40), rng.getrandbits(64)])


def served(width, v, one):
    """Ids drawn with random logits under a mark, repeated contexts drawn without it."""
    ids, seen = [], set()
    for _ in range(rng.randrange(4, 24)):
        context = tuple(([-1] * width + ids)[-width:])
        logits = torch.randn(v) * 3
        noise = one(context) if context not in seen else torch.rand(v).clamp_min(1e-30)
        seen.add(context)
        ids.append(int(torch.argmax(logits - torch.log(-torch.log(noise.clamp_min(1e-38))))))
    return ids


def vllm_case(dual):
    drawn = rng.random() < 0.05
    v, width, k = rng.choice([16, 64, 257] if drawn else [16, 64, 257, 1024, 151936]), rng.randrange(1, 10), key()
    alpha = rng.choice([0.1, 0.5, 0.0, 1.0, 0.25, 0.9]) if dual else 0.0
    detector = gumbel.DualKeyGumbelWatermarkDetector(k, width, alpha=alpha) if dual else gumbel.GumbelWatermarkDetector(k, width)
    if not drawn:
        ids = [rng.randrange(v) for _ in range(rng.randrange(1, 60))]
        if rng.random() < 0.3:
            ids = ids * 3
    else:
        prf = detector.prf
        ids = served(width, v, lambda context: prf.uniform(torch.tensor([context]), torch.arange(v))[0])
    found = detector.detect(ids)
    parameters = {"context_width": width, **({"alpha": alpha} if dual else {})}
    return {"kind": "vllm dual_key_gumbel" if dual else "vllm gumbel", "original": "vllm 0.33.0",
            "mark": {"scheme": "dual-gumbel" if dual else "gumbel", "variant": "vllm", "key": str(k), "vocabulary": v, "parameters": parameters},
            "ids": ids, "answer": {"score": found.score, "n": found.num_scored_tokens, "p": found.p_value}}


def sbw_case(selfhash):
    v, gamma = rng.choice([64, 1024, 151936]), rng.choice([0.25, 0.5, 0.1])
    k = rng.choice([15485863, rng.getrandbits(31), rng.getrandbits(62)])
    scheme = "gpu-selfhash" if selfhash else "gpu-simple_1"
    width = 4 if selfhash else 1
    ids = [rng.randrange(v) for _ in range(rng.randrange(8, 80))]
    tensor = torch.tensor(ids)
    length = width if selfhash else width + 1
    grams = torch.unique(tensor.unfold(0, length, 1), dim=0)
    contexts = grams if selfhash else grams[:, :width]
    batch = sbw.WatermarkBatch(vocab=list(range(2)), gamma=gamma, seeding_scheme=scheme, hash_key=k, device="cpu")
    seeds = batch._compute_seeds(contexts)
    # The package counts windows that share their least hash as draws of their own; here a (seed, token) counts once.
    pairs = torch.unique(torch.stack([seeds, grams[:, -1]], dim=1), dim=0)
    uniform = sbw.philox_at_positions(pairs[:, 0], pairs[:, 1])
    green = int((uniform < gamma).sum())
    return {"kind": f"sbw {scheme}", "original": "sbw 1.0.0", "mark": {"scheme": "sbw", "variant": "original", "key": str(k), "vocabulary": v,
            "parameters": {"scheme": "selfhash" if selfhash else "lefthash", "gamma": gamma, "deduplicate_contexts": "none"}},
            "ids": ids, "answer": {"score": green, "n": len(pairs)}}


def textseal_case(binary):
    """The functions of its public repository (apps/common/watermark/pseudorandom.py), scored as its detector scores."""
    v, width, gamma = rng.choice([64, 1024, 151936]), rng.randrange(1, 6), rng.choice([0.25, 0.5])
    k = rng.choice([42, rng.getrandbits(31), rng.getrandbits(62)])
    ids = [rng.randrange(v) for _ in range(rng.randrange(8, 80))]
    grams = list(dict.fromkeys(tuple(ids[at - width : at + 1]) for at in range(width + 1, len(ids))))
    score = 0.0
    if grams:
        windows, tokens = torch.tensor([gram[:-1] for gram in grams]), torch.tensor([gram[-1] for gram in grams])
        if binary:
            score = int(textseal.prf_binary(windows, tokens, k, gamma).sum())
        else:
            score = -float((1 - textseal.prf_uniform(windows, tokens, k)).double().log().sum())
    return {"kind": f"textseal {'greenlist' if binary else 'gumbelmax'}", "original": "facebookresearch/textseal 2c63fb8",
            "mark": {"scheme": "kgw" if binary else "gumbel", "variant": "textseal", "key": str(k), "vocabulary": v,
                     "parameters": {"ngram": width, **({"gamma": gamma} if binary else {})}},
            "ids": ids, "answer": {"score": score, "n": len(grams)}}


KINDS = {
    "vllm gumbel": lambda: vllm_case(False),
    "vllm dual_key_gumbel": lambda: vllm_case(True),
    "sbw gpu-selfhash": lambda: sbw_case(True),
    "sbw gpu-simple_1": lambda: sbw_case(False),
    "textseal gumbelmax": lambda: textseal_case(False),
    "textseal greenlist": lambda: textseal_case(True),
}
with gzip.open(args.out, "wt") as out:
    for kind, make in KINDS.items():
        if args.only not in (None, kind):
            continue
        rng.seed(f"{args.seed} {kind}")
        torch.manual_seed(args.seed)
        for _ in range(args.cases):
            out.write(json.dumps({"seed": args.seed, **make()}) + "\n")
