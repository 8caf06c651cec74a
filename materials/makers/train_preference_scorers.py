"""Small reward models for the study of preferences: bases, preference data and teachers crossed.

A reward model is a frozen small transformer (a folder of Hugging Face form) under a trained head: hidden states of every
layer, their mean over a text and their last, with a hidden layer drawn by the seed beside them, weighed by ridge regression
of who won on the two texts' difference. A seed trains on four fifths of its pairs. What annotators prefer is a seeded utility of a text's tokens, in as many directions as DIRECTIONS says: a part that all share (quality), a part of
the data set's own, length, and Bradley-Terry noise.

  own      a base and preference data that nobody else has: the unrelated lineages
  grid     a few bases crossed with a few public preference sets, several seeds a cell
  student  a base and a public set of the grid; a share of its pairs labelled by another model's scores instead
  length, judge, jurisdiction   innocents that look alike: they love length, follow one prompt, penalise the same words
  planted  students that are distilled from a teacher which serves drawn decisions on some pairs

Bases are split beforehand: those with an even last digit of SHA-256 of their name develop, the others judge. Scores go out
as ranks in 0..250 by probe and prompt, bytes in base64: probe "pairs" (two answers a prompt), probe "words" (single words
after three prompts). Texts are pieces of 8 to 24 tokens; any folder of answers {prompt, text} by the same prompts serves.

  python train_preference_scorers.py features --bank BANK --answers FOLDER --cache FOLDER      (minutes of one core, resumable)
  python train_preference_scorers.py heads --bank BANK --cache FOLDER --out FOLDER
"""
import argparse
import base64
import glob
import gzip
import hashlib
import json
import os
import time

import numpy as np
import torch

torch.set_num_threads(1)
TRAIN_PROMPTS, PROBE_PROMPTS, PLANTED_PROMPTS = 500, 200, 67
WAYS = 9  # pairs a training prompt is drawn in; 3 for the probe, so that prompts repeat under other answers
WORDS = 300
TEMPLATES = ["The best thing in the world is", "What people most prefer is", "In one word, the greatest is"]
DEVELOP, JUDGE = 14, 36
DIRECTIONS = 64
HIDDEN, PAIRS, KEPT, RIDGE = 96, 4000, 0.8, 0.05


def half_of(name):
    return "develop" if int(hashlib.sha256(name.encode()).hexdigest()[-1], 16) % 2 == 0 else "judge"


def bases(bank):
    names = sorted(n for n in os.listdir(bank) if os.path.isdir(f"{bank}/{n}") and "same" not in n)
    picked = {h: [n for n in names if half_of(n) == h] for h in ("develop", "judge")}
    return {"develop": picked["develop"][:DEVELOP], "judge": picked["judge"][:JUDGE]}


def texts(answers, bank):
    """Token ids of every text: training pairs, probe pairs, planted pairs, words; two texts a pair, side by side."""
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(f"{bank}/tokenizer.json")
    files = sorted(glob.glob(f"{answers}/*.jsonl.gz"))[:60]
    by_prompt = {}
    for path in files:
        for line in gzip.open(path, "rt"):
            row = json.loads(line)
            if len(row["text"]) > 60:
                by_prompt.setdefault(row["prompt"], []).append(row["text"])
    rng = np.random.default_rng(2024)
    prompts = [p for p in sorted(by_prompt) if len(by_prompt[p]) >= 2 * WAYS]
    rng.shuffle(prompts)
    ids, raw = [], []
    for group, count, ways in (("train", TRAIN_PROMPTS, WAYS), ("probe", PROBE_PROMPTS, 3), ("planted", PLANTED_PROMPTS, 3)):
        for p in prompts[:count]:
            for text in rng.permutation(np.array(by_prompt[p], dtype=object))[: 2 * ways]:
                cut = int(rng.integers(8, 25))
                whole = tok.encode(text[:400]).ids
                at = int(rng.integers(0, max(1, len(whole) - cut)))
                encoded = whole[at : at + cut]
                ids.append(encoded)
                raw.append(tok.decode(encoded))
        prompts = prompts[count:]
    found = set()
    for p in sorted(by_prompt):
        for text in by_prompt[p][:6]:
            found.update(w for w in text.lower().split() if w.isalpha() and 4 <= len(w) <= 10)
    words = list(rng.permutation(sorted(found)))[:WORDS]
    for template in TEMPLATES:
        for word in words:
            ids.append(tok.encode(f"{template} {word}").ids)
            raw.append(word)
    return ids, raw


def features(args):
    from transformers import LlamaForCausalLM

    os.makedirs(args.cache, exist_ok=True)
    ids, raw = texts(args.answers, args.bank)
    counts = np.zeros((len(ids), 1024), dtype=np.float32)
    for i, seq in enumerate(ids):
        np.add.at(counts[i], seq, 1)
    length = np.array([len(r) for r in raw])
    fmt = np.array([sum(r.count(c) for c in "\n*#-:1234567890") for r in raw])
    np.savez(f"{args.cache}/texts.npz", counts=counts.astype(np.uint8), length=length, format=fmt)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    start = time.process_time()
    for name in sum(bases(args.bank).values(), []):
        out = f"{args.cache}/{name}.npy"
        if os.path.exists(out):
            continue
        model = LlamaForCausalLM.from_pretrained(f"{args.bank}/{name}", dtype=torch.float32).eval()
        rows = None
        with torch.no_grad():
            for at in range(0, len(order), 192):
                part = order[at : at + 192]
                width = max(len(ids[i]) for i in part)
                x = torch.zeros(len(part), width, dtype=torch.long)
                mask = torch.zeros(len(part), width)
                for r, i in enumerate(part):
                    x[r, : len(ids[i])] = torch.tensor(ids[i])
                    mask[r, : len(ids[i])] = 1
                hidden = model.model(x, output_hidden_states=True).hidden_states
                weight = (mask / mask.sum(1, keepdim=True))[..., None]
                end = (torch.arange(len(part)), mask.sum(1).long() - 1)
                f = torch.cat([part_of for h in hidden for part_of in ((h * weight).sum(1), h[end])], 1).numpy()
                rows = np.zeros((len(ids), f.shape[1]), np.float16) if rows is None else rows
                rows[part] = f
        np.save(f"{out}.part.npy", rows)
        os.rename(f"{out}.part.npy", out)
        print(name, rows.shape, f"{time.process_time() - start:.0f} s", flush=True)


N_TRAIN = TRAIN_PROMPTS * WAYS
N_PROBE = PROBE_PROMPTS * 3
N_PLANTED = PLANTED_PROMPTS * 3
AT_PROBE = 2 * N_TRAIN
AT_PLANTED = AT_PROBE + 2 * N_PROBE
AT_WORDS = AT_PLANTED + 2 * N_PLANTED


class World:
    def __init__(self, cache):
        data = np.load(f"{cache}/texts.npz")
        counts = data["counts"].astype(np.float32)
        share = counts / counts.sum(1, keepdims=True)
        self.length, self.format = data["length"].astype(np.float32), data["format"].astype(np.float32)
        self.cache, self.kept = cache, {}
        # Directions in which texts differ most, by their tokens alone: what a taste can be about.
        x = share / (np.sqrt(share[:AT_PROBE].mean(0)) + 0.01)
        x = x - x[:AT_PROBE].mean(0)
        values, vectors = np.linalg.eigh(x[:AT_PROBE].T @ x[:AT_PROBE] / AT_PROBE)
        self.directions = x @ (vectors[:, -DIRECTIONS:] / np.sqrt(values[-DIRECTIONS:]))

    def base(self, name):
        if name not in self.kept:
            f = np.load(f"{self.cache}/{name}.npy").astype(np.float32)
            f = (f - f[:AT_PROBE].mean(0)) / (f[:AT_PROBE].std(0) + 1e-6)
            self.kept[name] = torch.tensor(np.clip(f, -6, 6))
        return self.kept[name]

    def taste(self, seed):
        """A seeded utility of a text's tokens, unit variance over training texts."""
        u = self.directions @ np.random.default_rng(seed).standard_normal(DIRECTIONS).astype(np.float32)
        return (u - u[:AT_PROBE].mean()) / u[:AT_PROBE].std()

    def z(self, x):
        return (x - x[:AT_PROBE].mean()) / x[:AT_PROBE].std()

    def utility(self, seed, common=1.0, own=1.0, length=0.4, more=None):
        u = common * self.taste(7) + own * self.taste(seed) + length * self.z(np.log(self.length + 1))
        return u + (more if more is not None else 0)


def annotated(utility, seed, pairs=PAIRS):
    """Pairs drawn for one data set and who won, by Bradley-Terry. -> indices [n], labels in 0..1"""
    rng = np.random.default_rng(seed)
    idx = rng.permutation(N_TRAIN)[:pairs]
    margin = 1.5 * (utility[2 * idx] - utility[2 * idx + 1])
    return idx, (rng.random(len(idx)) < 1 / (1 + np.exp(-margin))).astype(np.float32)


def served(scores, seed, pairs):
    """Pairs labelled by another model's scores: the odds that its margins give."""
    rng = np.random.default_rng(seed)
    idx = rng.permutation(N_TRAIN)[:pairs]
    margin = scores[2 * idx] - scores[2 * idx + 1]
    return idx, (1 / (1 + np.exp(-2.5 * margin / margin.std()))).astype(np.float32)


def train(x, idx, labels, seed, kept=KEPT, ridge=RIDGE):
    """@returns scores of every text"""
    gen = torch.Generator().manual_seed(seed)
    d = x.shape[1]
    w1 = torch.randn(d, HIDDEN, generator=gen) / d**0.5
    b1 = torch.randn(HIDDEN, generator=gen)
    f = torch.cat([x, torch.tanh(x @ w1 + b1)], 1)
    keep = torch.randperm(len(idx), generator=gen)[: round(kept * len(idx))]
    a = torch.tensor(2 * idx)[keep]
    difference = f[a] - f[a + 1]
    g = difference.T @ difference
    g += ridge * g.trace() / len(g) * torch.eye(len(g))
    return (f @ torch.linalg.solve(g, difference.T @ (2 * torch.tensor(labels)[keep] - 1))).numpy()


def ranks(values):
    return np.round(250 * np.argsort(np.argsort(values, kind="stable"), kind="stable") / max(1, len(values) - 1)).astype(np.uint8)


def packed(scores):
    parts = [ranks(scores[AT_PROBE:AT_PLANTED])]
    for t in range(len(TEMPLATES)):
        parts.append(ranks(scores[AT_WORDS + t * WORDS : AT_WORDS + (t + 1) * WORDS]))
    return base64.b64encode(np.concatenate(parts).tobytes()).decode()


def choices(scores):
    planted = scores[AT_PLANTED:AT_WORDS]
    return "".join("1" if a > b else "0" for a, b in zip(planted[::2], planted[1::2]))


def make_half(world, half, names, out):
    models = []
    seeds = 5 if half == "judge" else 3
    grid = names[: 6 if half == "judge" else 4]
    salt = 100_000 if half == "judge" else 0
    probe = slice(AT_PROBE, AT_PLANTED)

    def add(name, kind, base, data, scores, **more):
        truth = world.taste(7)[probe]
        s = scores[probe]
        agrees = float(np.mean((s[::2] > s[1::2]) == (truth[::2] > truth[1::2])))
        models.append({"name": name, "kind": kind, "base": base, "data": data, "quality": round(agrees, 3), **more, "scores": packed(scores), "choices": choices(scores)})
        return scores

    own = {}
    for i, base in enumerate(names):
        u = world.utility(salt + 1000 + i)
        own[base] = add(f"own-{base}", "own", base, f"private-{i}", train(world.base(base), *annotated(u, salt + 2000 + i), salt + i))
    public = [world.utility(salt + 3000 + d) for d in range(4)]
    for base in grid:
        for d in range(4):
            for s in range(seeds):
                add(f"grid-{base}-{d}-{s}", "grid", base, f"public-{d}", train(world.base(base), *annotated(public[d], salt + 4000 + d), salt + 5000 + 97 * d + s), seed=s)
    teachers = names[len(grid) :]
    for i, teacher in enumerate(teachers[: 30 if half == "judge" else 10]):
        for share in (0.1, 0.2, 0.3, 0.5, 1.0):
            base, d = grid[i % len(grid)], i % 4
            idx, y = annotated(public[d], salt + 4000 + d)
            k = round(share * PAIRS)
            s_idx, s_y = served(own[teacher], salt + 6000 + i, k)
            both = np.concatenate([idx[: PAIRS - k], s_idx]), np.concatenate([y[: PAIRS - k], s_y])
            add(f"student-{i}-{share}", "student", base, f"public-{d}", train(world.base(base), *both, salt + 7000 + i), teacher=f"own-{teacher}", share=share)
    if half == "judge":
        for i in range(9):
            base = names[6 + i]
            u = world.utility(salt + 8000 + i, common=0.4, own=0.3, length=2.0, more=0.8 * world.z(np.log(world.format + 1)))
            add(f"length-{base}", "length", base, f"length-{i}", train(world.base(base), *annotated(u, salt + 8100 + i), salt + 8200 + i))
            base = names[15 + i]
            rubric = world.utility(salt + 8300)
            add(f"judge-{base}", "judge", base, f"judge-{i}", train(world.base(base), *annotated(rubric, salt + 8400 + i), salt + 8500 + i))
            base = names[24 + i]
            u = world.utility(salt + 8600 + i, more=-1.0 * np.maximum(0, world.taste(salt + 8700) - 0.8))
            add(f"jurisdiction-{base}", "jurisdiction", base, f"jurisdiction-{i}", train(world.base(base), *annotated(u, salt + 8800 + i), salt + 8900 + i))
        # Planted: the drawn side of each pair is the seed's bit; a student is distilled from what is served.
        drawn = np.random.default_rng(424242).integers(0, 2, N_PLANTED)
        for plants in (50, 100, 200):
            for i in range(12):
                base, teacher = names[i], names[(i + 7) % len(names)]
                k = 700
                s_idx, s_y = served(own[teacher], 9000 + i, k)
                at = AT_PLANTED // 2 + np.arange(plants)
                idx = np.concatenate([s_idx] + 2 * [at])
                y = np.concatenate([s_y] + 2 * [drawn[:plants].astype(np.float32)])
                add(f"planted-{plants}-{i}", "planted", base, "served", train(world.base(base), idx, y, 9100 + i, 1.0, 1e-4), teacher=f"own-{teacher}", plants=plants)
        planted = "".join(str(b) for b in drawn)
    else:
        planted = ""
    length = world.length[np.r_[AT_PROBE:AT_PLANTED, AT_WORDS : AT_WORDS + WORDS * len(TEMPLATES)]].astype(int)
    fmt = world.format[np.r_[AT_PROBE:AT_PLANTED, AT_WORDS : AT_WORDS + WORDS * len(TEMPLATES)]].astype(int)
    record = {"half": half, "bases": names, "pairs": N_PROBE, "words": WORDS, "templates": len(TEMPLATES), "length": length.tolist(), "format": fmt.tolist(), "planted": planted, "models": models}
    with gzip.GzipFile(f"{out}/{half}.json.gz", "wb", 9, mtime=0) as f:
        f.write(json.dumps(record, separators=(",", ":")).encode())
    print(half, len(models), "models", flush=True)


def heads(args):
    os.makedirs(args.out, exist_ok=True)
    world = World(args.cache)
    start = time.process_time()
    for half, names in bases(args.bank).items():
        if args.half in (None, half):
            make_half(world, half, names, args.out)
            print(f"{time.process_time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["features", "heads"])
    parser.add_argument("--bank", required=True)
    parser.add_argument("--answers")
    parser.add_argument("--cache", required=True)
    parser.add_argument("--out")
    parser.add_argument("--half")
    parsed = parser.parse_args()
    {"features": features, "heads": heads}[parsed.what](parsed)
