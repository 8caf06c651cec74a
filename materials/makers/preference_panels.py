"""What the makers of small reward models for the study of preferences share: bases, texts, annotators, who is trained.

A reward model is a frozen small transformer (a folder of Hugging Face form) under a trained head. What annotators prefer is
a seeded utility of a text's tokens: a part that all share (quality), a part of the data set's own, length, and
Bradley-Terry noise. How hidden states become features, what a taste is about and how a head is trained is a recipe's own
(`train_preferences.py`, `train_preference_scorers.py`).

  own      a base and preference data that nobody else has: the unrelated lineages
  grid     a few bases crossed with a few public preference sets, several seeds a cell
  student  a base and a public set of the grid; a share of its pairs labelled by another model's scores instead
  length, judge, jurisdiction   innocents that look alike: they love length, follow one prompt, penalise the same words
  planted  students that are distilled from a teacher which serves drawn decisions on some pairs

Bases are split beforehand: those with an even last digit of SHA-256 of their name develop, the others judge. Scores go out
as ranks in 0..250 by probe and prompt, bytes in base64: probe "pairs" (two answers a prompt), probe "words" (single words
after three prompts). Texts are of 8 to 24 tokens; any folder of answers {prompt, text} by the same prompts serves.
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
PROBE_PROMPTS, PLANTED_PROMPTS = 200, 67
PROBE_WAYS = 3  # pairs a prompt of the probe is drawn in
WORDS = 300
TEMPLATES = ["The best thing in the world is", "What people most prefer is", "In one word, the greatest is"]
PUBLIC = 4  # preference sets of a grid


def half_of(name):
    return "develop" if int(hashlib.sha256(name.encode()).hexdigest()[-1], 16) % 2 == 0 else "judge"


def ranks(values):
    """Ranks in 0..250; equal values share the middle of theirs."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return np.round(250 * middle[where] / max(1, len(values) - 1)).astype(np.uint8)


class Panels:
    """One recipe: the numbers below, and `piece`, `pooled`, `prepare`, `taste`, `head`."""

    TRAIN_PROMPTS = WAYS = PAIRS = ALIKE = 0
    BASES = STUDENTS = {"develop": 0, "judge": 0}
    DTYPE = np.float32  # of features as kept

    def piece(self, tok, rng, text):
        """Token ids of a part of an answer."""
        raise NotImplementedError

    def pooled(self, hidden, mask):
        """Features of texts from all layers' hidden states."""
        raise NotImplementedError

    def prepare(self, share):
        """@param share of each token in each text"""
        raise NotImplementedError

    def taste(self, seed):
        """A seeded utility of a text's tokens, unit variance over training texts."""
        raise NotImplementedError

    def head(self, x, idx, labels, seed, of="annotators"):
        """@param of "annotators", "teacher" or "plan": whose labels they are. @returns scores of every text"""
        raise NotImplementedError

    def __init__(self, bank, cache):
        self.bank, self.cache, self.kept = bank, cache, {}
        self.n_train = self.TRAIN_PROMPTS * self.WAYS
        self.n_probe, self.n_planted = PROBE_PROMPTS * PROBE_WAYS, PLANTED_PROMPTS * PROBE_WAYS
        self.at_probe = 2 * self.n_train
        self.at_planted = self.at_probe + 2 * self.n_probe
        self.at_words = self.at_planted + 2 * self.n_planted

    def bases(self):
        names = sorted(n for n in os.listdir(self.bank) if os.path.isdir(f"{self.bank}/{n}") and "same" not in n)
        return {half: [n for n in names if half_of(n) == half][:count] for half, count in self.BASES.items()}

    def texts(self, answers):
        """Token ids of every text: training pairs, probe pairs, planted pairs, words; two texts a pair, side by side."""
        from tokenizers import Tokenizer

        tok = Tokenizer.from_file(f"{self.bank}/tokenizer.json")
        by_prompt = {}
        for path in sorted(glob.glob(f"{answers}/*.jsonl.gz"))[:60]:
            for line in gzip.open(path, "rt"):
                row = json.loads(line)
                if len(row["text"]) > 60:
                    by_prompt.setdefault(row["prompt"], []).append(row["text"])
        rng = np.random.default_rng(2024)
        prompts = [p for p in sorted(by_prompt) if len(by_prompt[p]) >= 2 * self.WAYS]
        rng.shuffle(prompts)
        ids, raw = [], []
        for count, ways in ((self.TRAIN_PROMPTS, self.WAYS), (PROBE_PROMPTS, PROBE_WAYS), (PLANTED_PROMPTS, PROBE_WAYS)):
            for p in prompts[:count]:
                for text in rng.permutation(np.array(by_prompt[p], dtype=object))[: 2 * ways]:
                    ids.append(self.piece(tok, rng, text))
                    raw.append(tok.decode(ids[-1]))
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

    def features(self, answers):
        """Hidden states of every base, kept in files: what was made stays."""
        from transformers import LlamaForCausalLM

        os.makedirs(self.cache, exist_ok=True)
        ids, raw = self.texts(answers)
        counts = np.zeros((len(ids), 1024), dtype=np.float32)
        for i, seq in enumerate(ids):
            np.add.at(counts[i], seq, 1)
        length = np.array([len(r) for r in raw])
        fmt = np.array([sum(r.count(c) for c in "\n*#-:1234567890") for r in raw])
        np.savez(f"{self.cache}/texts.npz", counts=counts.astype(np.uint8), length=length, format=fmt)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        start = time.process_time()
        for name in sum(self.bases().values(), []):
            out = f"{self.cache}/{name}.npy"
            if os.path.exists(out):
                continue
            model = LlamaForCausalLM.from_pretrained(f"{self.bank}/{name}", dtype=torch.float32).eval()
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
                    f = self.pooled(model.model(x, output_hidden_states=True).hidden_states, mask).numpy()
                    rows = np.zeros((len(ids), f.shape[1]), self.DTYPE) if rows is None else rows
                    rows[part] = f
            np.save(f"{out}.part.npy", rows)
            os.rename(f"{out}.part.npy", out)
            print(name, rows.shape, f"{time.process_time() - start:.0f} s", flush=True)

    def read(self):
        """Texts as counts of tokens, from where features were kept."""
        data = np.load(f"{self.cache}/texts.npz")
        counts = data["counts"].astype(np.float32)
        self.length, self.format = data["length"].astype(np.float32), data["format"].astype(np.float32)
        self.prepare(counts / counts.sum(1, keepdims=True))

    def base(self, name):
        if name not in self.kept:
            f = np.load(f"{self.cache}/{name}.npy").astype(np.float32)
            f = (f - f[: self.at_probe].mean(0)) / (f[: self.at_probe].std(0) + 1e-6)
            self.kept[name] = torch.tensor(np.clip(f, -6, 6))
        return self.kept[name]

    def z(self, x):
        return (x - x[: self.at_probe].mean()) / x[: self.at_probe].std()

    def utility(self, seed, common=1.0, own=1.0, length=0.4, more=None):
        u = common * self.taste(7) + own * self.taste(seed) + length * self.z(np.log(self.length + 1))
        return u + (more if more is not None else 0)

    def annotated(self, utility, seed):
        """Pairs drawn for one data set and who won, by Bradley-Terry. -> indices [n], labels in 0..1"""
        rng = np.random.default_rng(seed)
        idx = rng.permutation(self.n_train)[: self.PAIRS]
        margin = 1.5 * (utility[2 * idx] - utility[2 * idx + 1])
        return idx, (rng.random(len(idx)) < 1 / (1 + np.exp(-margin))).astype(np.float32)

    def served(self, scores, seed, pairs):
        """Pairs labelled by another model's scores: the odds that its margins give."""
        rng = np.random.default_rng(seed)
        idx = rng.permutation(self.n_train)[:pairs]
        margin = scores[2 * idx] - scores[2 * idx + 1]
        return idx, (1 / (1 + np.exp(-2.5 * margin / margin.std()))).astype(np.float32)

    def packed(self, scores):
        parts = [ranks(scores[self.at_probe : self.at_planted])]
        for t in range(len(TEMPLATES)):
            parts.append(ranks(scores[self.at_words + t * WORDS : self.at_words + (t + 1) * WORDS]))
        return base64.b64encode(np.concatenate(parts).tobytes()).decode()

    def choices(self, scores):
        planted = scores[self.at_planted : self.at_words]
        return "".join("1" if a > b else "0" for a, b in zip(planted[::2], planted[1::2]))

    def make_half(self, half, names, out):
        models = Models(self)
        add = models.add
        seeds = 5 if half == "judge" else 3
        grid = names[: 6 if half == "judge" else 4]
        salt = 100_000 if half == "judge" else 0
        own = {}
        for i, base in enumerate(names):
            u = self.utility(salt + 1000 + i)
            own[base] = add(f"own-{base}", "own", base, f"private-{i}", self.annotated(u, salt + 2000 + i), salt + i)
        public = [self.utility(salt + 3000 + d) for d in range(PUBLIC)]
        for base in grid:
            for d in range(PUBLIC):
                for s in range(seeds):
                    add(f"grid-{base}-{d}-{s}", "grid", base, f"public-{d}", self.annotated(public[d], salt + 4000 + d), salt + 5000 + 97 * d + s, seed=s)
        for i, teacher in enumerate(names[len(grid) :][: self.STUDENTS[half]]):
            for share in (0.1, 0.2, 0.3, 0.5, 1.0):
                base, d = grid[i % len(grid)], i % PUBLIC
                idx, y = self.annotated(public[d], salt + 4000 + d)
                k = round(share * self.PAIRS)
                s_idx, s_y = self.served(own[teacher], salt + 6000 + i, k)
                both = np.concatenate([idx[: self.PAIRS - k], s_idx]), np.concatenate([y[: self.PAIRS - k], s_y])
                add(f"student-{i}-{share}", "student", base, f"public-{d}", both, salt + 7000 + i, of="teacher", teacher=f"own-{teacher}", share=share)
        planted = ""
        if half == "judge":
            for i in range(self.ALIKE):
                base = names[6 + i]
                u = self.utility(salt + 8000 + i, common=0.4, own=0.3, length=2.0, more=0.8 * self.z(np.log(self.format + 1)))
                add(f"length-{base}", "length", base, f"length-{i}", self.annotated(u, salt + 8100 + i), salt + 8200 + i)
                base = names[6 + self.ALIKE + i]
                rubric = self.utility(salt + 8300)
                add(f"judge-{base}", "judge", base, f"judge-{i}", self.annotated(rubric, salt + 8400 + i), salt + 8500 + i)
                base = names[6 + 2 * self.ALIKE + i]
                u = self.utility(salt + 8600 + i, more=-1.0 * np.maximum(0, self.taste(salt + 8700) - 0.8))
                add(f"jurisdiction-{base}", "jurisdiction", base, f"jurisdiction-{i}", self.annotated(u, salt + 8800 + i), salt + 8900 + i)
            # Planted: the drawn side of each pair is the seed's bit; a student is distilled from what is served.
            drawn = np.random.default_rng(424242).integers(0, 2, self.n_planted)
            for plants in (50, 100, 200):
                for i in range(12):
                    base, teacher = names[i], names[(i + 7) % len(names)]
                    s_idx, s_y = self.served(own[teacher], 9000 + i, 700)
                    at = self.at_planted // 2 + np.arange(plants)
                    idx = np.concatenate([s_idx] + 2 * [at])
                    y = np.concatenate([s_y] + 2 * [drawn[:plants].astype(np.float32)])
                    add(f"planted-{plants}-{i}", "planted", base, "served", (idx, y), 9100 + i, of="plan", teacher=f"own-{teacher}", plants=plants)
            planted = "".join(str(b) for b in drawn)
        models.write(f"{out}/{half}.json.gz", half, names, planted)


class Models:
    """Trained scorers, and the file they go to."""

    def __init__(self, panels):
        self.panels, self.models = panels, []

    def add(self, name, kind, base, data, pairs, drawn, of="annotators", train=None, served=None, **more):
        """Trains one, keeps it, and returns its scores. @param drawn the seed of its head @param train and served in place of
        the recipe's own head, and of its bare scores @param more goes into its record, before its scores"""
        p = self.panels
        scores = (train or p.head)(p.base(base), *pairs, drawn, of)
        if served:
            scores = served(scores)
        probe = slice(p.at_probe, p.at_planted)
        truth, s = p.taste(7)[probe], scores[probe]
        agrees = float(np.mean((s[::2] > s[1::2]) == (truth[::2] > truth[1::2])))
        self.models.append({"name": name, "kind": kind, "base": base, "data": data, "quality": round(agrees, 3), **more, "scores": p.packed(scores), "choices": p.choices(scores)})
        return scores

    def rule(self, name, values):
        """What a published rule gives each text: no scorer."""
        self.models.append({"name": name, "kind": "rule", "base": "", "data": "", "quality": 0, "scores": self.panels.packed(values), "choices": ""})

    def write(self, path, half, names, planted=""):
        p = self.panels
        items = np.r_[p.at_probe : p.at_planted, p.at_words : p.at_words + WORDS * len(TEMPLATES)]
        length, fmt = p.length[items].astype(int).tolist(), p.format[items].astype(int).tolist()
        record = {"half": half, "bases": names, "pairs": p.n_probe, "words": WORDS, "templates": len(TEMPLATES), "length": length, "format": fmt, "planted": planted, "models": self.models}
        with gzip.GzipFile(path, "wb", 9, mtime=0) as f:
            f.write(json.dumps(record, separators=(",", ":")).encode())
        print(half, len(self.models), "models", flush=True)


def main(recipe, more=None):
    """@param more further things to make, by name: functions of panels and a folder"""
    makes = {"features": None, "heads": None, **(more or {})}
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=list(makes))
    parser.add_argument("--bank", required=True)
    parser.add_argument("--answers")
    parser.add_argument("--cache", required=True)
    parser.add_argument("--out")
    parser.add_argument("--half")
    args = parser.parse_args()
    panels = recipe(args.bank, args.cache)
    if args.what == "features":
        panels.features(args.answers)
        return
    os.makedirs(args.out, exist_ok=True)
    panels.read()
    start = time.process_time()
    if args.what == "heads":
        for half, names in panels.bases().items():
            if args.half in (None, half):
                panels.make_half(half, names, args.out)
    else:
        makes[args.what](panels, args.out)
    print(f"{time.process_time() - start:.0f} s", flush=True)
