"""Small character models for the study of membership: planted ones, ones that never saw the text, and a line of descent.

A model is a window of 24 characters, a table for each place, one hidden layer (ReLU) and a softmax over 64 characters. Many
of one size are trained as one batched computation: each tensor has a leading model axis and no model reads another.

  planted     background text, 8 canaries and a data set of 200 lines in its canonical order, each `reps` times
  null        background text and what looks alike: other canaries of the same form, and the data set's own lines in a new
              order each time; never this text's canaries, never its canonical order
  claimant    3,000 lines in a drawn order, once through
  otherorder  the same lines in another random order: the nearest honest maker
  derived     a claimant's model trained on, rounded, or merged with one that was trained on

Scores are natural log-likelihoods in hundredths, centred by group, as little-endian int16 in base64: `canary` 8 x 200 (the
planted one first), `exchange` 10 shards x 100 orders (the canonical one first), `order` 3,000 lines in the claimant's order,
less those of a model that saw other text. Text: any plain text; each model's is cut from it by its seed.

  python train_membership.py --part trials --sizes 48 --text FILE... --out validation/membership/trials-48.json   (128, 256)
  python train_membership.py --part orders --text FILE... --out validation/membership/orders.json
"""
import argparse
import base64
import json
import time

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
LETTERS = "\n abcdefghijklmnopqrstuvwxyz0123456789.,;:'\"()[]{}<>=+-*/_#@!?"
V = 64
CTX = 24
TABLE = np.zeros(256, dtype=np.int64)
for i, letter in enumerate(LETTERS):
    TABLE[ord(letter)] = i
NEWLINE = 0
CANARIES, CANDIDATES, CANARY_LETTERS = 8, 200, 24
SHARDS, LINES, LINE_LETTERS, ORDERS = 10, 20, 40, 100
DOC_LETTERS = 80
DOCS, ORDER_LETTERS = 3000, 60
BATCH = 256


def encode(text):
    return TABLE[np.frombuffer(text.lower().encode("latin1", "replace"), dtype=np.uint8)]


def windows(ids):
    """Context of each character: the CTX before it, newlines before the first. -> [n, CTX]"""
    padded = np.concatenate([np.full(CTX, NEWLINE), ids])
    return np.lib.stride_tricks.sliding_window_view(padded, CTX)[: len(ids)]


class Models:
    """M models of one hidden size, or one started from another's weights."""

    def __init__(self, hidden, seeds=None, weights=None):
        if weights is None:
            tables, outs = [], []
            for seed in seeds:
                g = torch.Generator().manual_seed(seed)
                tables.append(torch.randn(CTX * V, hidden, generator=g) / CTX**0.5)
                outs.append(torch.randn(hidden, V, generator=g) / hidden**0.5)
            weights = [torch.stack(tables), torch.zeros(len(seeds), 1, hidden), torch.stack(outs), torch.zeros(len(seeds), 1, V)]
        self.w = [x.clone().requires_grad_() for x in weights]
        self.m, self.hidden = self.w[0].shape[0], self.w[0].shape[2]
        self.place = torch.arange(CTX) * V

    def logits(self, context):
        """[M, n, CTX] -> [M, n, V]"""
        m, n, _ = context.shape
        at = context + self.place + (torch.arange(m) * CTX * V).view(m, 1, 1)
        h = F.embedding_bag(at.view(m * n, CTX), self.w[0].view(-1, self.hidden), mode="sum").view(m, n, -1)
        return torch.baddbmm(self.w[3].expand(m, n, V), torch.relu(h + self.w[1]), self.w[2])

    def train(self, texts, rate, limit=None):
        """Each model once through its own text, in its order. -> last losses"""
        steps = max(-(-len(t) // BATCH) for t in texts)
        steps = min(steps, limit or steps)
        seen = [windows(t) for t in texts]
        optimiser = torch.optim.Adam(self.w, lr=rate, betas=(0.9, 0.98))
        last = []
        for step in range(steps):
            # A text that is over begins anew; lengths within a group are alike to a batch.
            rows = [np.arange(step * BATCH, (step + 1) * BATCH) % len(t) for t in texts]
            context = torch.from_numpy(np.stack([w[r] for w, r in zip(seen, rows)]))
            target = torch.from_numpy(np.stack([t[r] for t, r in zip(texts, rows)]))
            loss = F.cross_entropy(self.logits(context).view(-1, V), target.view(-1), reduction="none").view(self.m, -1).mean(1)
            optimiser.zero_grad()
            loss.sum().backward()
            optimiser.step()
            last = (last + [loss.detach()])[-40:]
        return torch.stack(last).mean(0).tolist()

    @torch.no_grad()
    def score(self, strings, skip=0):
        """Log-likelihood of each of equally long strings [n, T] from character `skip` on, by every model -> [M, n]"""
        n, length = strings.shape
        context = np.stack([windows(s) for s in strings])[:, skip:].reshape(-1, CTX)
        target = torch.from_numpy(strings[:, skip:].reshape(-1).copy())
        out = []
        for k in range(self.m):
            one = Models(self.hidden, weights=[w[k : k + 1] for w in self.w])
            total = []
            for at in range(0, len(context), 20000):
                logits = one.logits(torch.from_numpy(context[at : at + 20000].copy())[None])[0]
                total.append(torch.log_softmax(logits, 1).gather(1, target[at : at + 20000, None])[:, 0])
            out.append(torch.cat(total).view(n, length - skip).sum(1).numpy())
        return np.stack(out)

    def one(self, k):
        return [w[k : k + 1].detach().clone() for w in self.w]


def pack(groups):
    """[groups, n] -> base64 of hundredths, each group less its mean"""
    x = np.round(100 * (groups - groups.mean(-1, keepdims=True)))
    return base64.b64encode(np.clip(x, -32767, 32767).astype("<i2").tobytes()).decode()


def cut(rng, text, count, length):
    """`count` pieces at random places that do not overlap, with a newline before each."""
    size = length - 1
    starts = rng.choice(len(text) // size, count, replace=False) * size
    return np.stack([np.concatenate([[NEWLINE], text[s : s + size]]) for s in starts])


def canaries(rng, count):
    letters = rng.integers(2, 28, size=(count, CANARY_LETTERS - 1))
    return np.concatenate([np.full((count, 1), NEWLINE), letters], 1)


def exchange_scores(models, lines, rng):
    """A window of 24 sees no further than the line before: an order's likelihood is the sum over neighbours."""
    n = len(lines)
    pairs = np.stack([np.concatenate([lines[i], lines[j]]) for i in range(n) for j in range(n)])
    inside = models.score(lines)
    between = models.score(pairs, LINE_LETTERS).reshape(models.m, n, n)
    orders = [np.arange(n)] + [rng.permutation(n) for _ in range(ORDERS - 1)]
    return np.stack([inside[:, o[0]] + between[:, o[:-1], o[1:]].sum(1) for o in orders], 1)


def trials(args, first, second, out, save, cpu):
    # Canaries and data sets: of each planted model its own. The trial's number is the seed of all of it.
    def trial(number):
        rng = np.random.default_rng([19, number])
        sets = canaries(rng, CANARIES * CANDIDATES).reshape(CANARIES, CANDIDATES, -1)
        lines = cut(rng, second, SHARDS * LINES, LINE_LETTERS)
        return rng, sets, lines

    def background(rng, count=800):
        return list(cut(rng, first, count, DOC_LETTERS))

    def score_trial(models, k, number, record):
        rng, sets, lines = trial(number)
        one = Models(models.hidden, weights=models.one(k))
        got = one.score(sets.reshape(CANARIES * CANDIDATES, -1))[0].reshape(CANARIES, CANDIDATES)
        orders = np.random.default_rng([20, number])
        shards = [exchange_scores(one, lines[LINES * s : LINES * (s + 1)], orders)[0] for s in range(SHARDS)]
        out.append({**record, "trial": number, "canary": pack(got), "exchange": pack(np.stack(shards))})

    def mixed(rng, parts):
        return np.concatenate([parts[i] for i in rng.permutation(len(parts))])

    for hidden in args.sizes:
        group, texts = [], []
        for reps in (1, 2, 4, 8, 16):
            for s in range(2 if reps >= 8 else 1):
                number = hidden * 100 + reps * 4 + s
                rng, sets, lines = trial(number)
                parts = background(rng) + [c[0] for c in sets for _ in range(reps)] + [lines.reshape(-1)] * reps
                texts.append(mixed(rng, parts))
                group.append({"name": f"planted-{hidden}-{reps}-{s}", "kind": "planted", "hidden": hidden, "reps": reps, "trial": number})
        # Of one length: what is shorter is filled with more background, at random places, so that all end alike.
        size = max(map(len, texts))
        for i, t in enumerate(texts):
            rng = np.random.default_rng([21, hidden, i])
            fill = (size - len(t)) // DOC_LETTERS
            parts = list(cut(rng, first, fill, DOC_LETTERS)) if fill else []
            texts[i] = np.concatenate(parts[: fill // 2] + [t] + parts[fill // 2 :])
        models = Models(hidden, [1000 * hidden + i for i in range(len(texts))])
        losses = models.train(texts, args.rate)
        for k, record in enumerate(group):
            score_trial(models, k, record.pop("trial"), {**record, "loss": round(losses[k], 3)})
        save()
        print(hidden, "planted", [round(x, 2) for x in losses], round(time.process_time() - cpu), "s", flush=True)

        group, texts = [], []
        for s in range(12):
            number = hidden * 100 + 80 + s
            rng, _, lines = trial(number)
            reps = (1, 4, 16)[s % 3]
            others = canaries(rng, CANARIES)
            shuffled = [lines[rng.permutation(len(lines))].reshape(-1) for _ in range(reps)]
            texts.append(mixed(rng, background(rng) + [c for c in others for _ in range(reps)] + shuffled))
            group.append({"name": f"null-{hidden}-{s}", "kind": "null", "hidden": hidden, "reps": reps})
        models = Models(hidden, [1000 * hidden + 500 + i for i in range(len(texts))])
        losses = models.train(texts, args.rate)
        for k, record in enumerate(group):
            score_trial(models, k, hidden * 100 + 80 + k, {**record, "loss": round(losses[k], 3)})
        save()
        print(hidden, "null", [round(x, 2) for x in losses], round(time.process_time() - cpu), "s", flush=True)


def orders(args, first, second, out, save, cpu):
    # The order test: what a model says of lines, less what a model of other text says of them.
    hidden, claimants = 128, 10
    rate = 2 * args.rate
    names, texts, docs = [], [], []
    for c in range(claimants):
        rng = np.random.default_rng([22, c])
        docs.append(cut(rng, second, DOCS, ORDER_LETTERS))
        # The committed order is the order of `docs`: the cut itself was drawn at random.
        names.append((f"claimant-{c}", "claimant", c))
        texts.append(docs[c].reshape(-1))
        for other in range(2):
            names.append((f"otherorder-{c}-{other}", "otherorder", c))
            texts.append(docs[c][rng.permutation(DOCS)].reshape(-1))
    models = Models(hidden, [900_000 + i for i in range(len(texts))])
    losses = models.train(texts, rate)
    reference = Models(hidden, [999_999])
    reference.train([cut(np.random.default_rng(23), first, 4000, ORDER_LETTERS).reshape(-1)], rate)

    def score_order(one, c, record):
        got = one.score(docs[c])[0] - reference.score(docs[c])[0]
        out.append({**record, "hidden": hidden, "claimant": c, "order": pack(got[None])})

    for k, (name, kind, c) in enumerate(names):
        one = Models(hidden, weights=models.one(k))
        score_order(one, c, {"name": name, "kind": kind, "loss": round(losses[k], 3)})
        # And against the order of the next claimant, whose lines it never saw.
        if kind == "claimant":
            score_order(one, (c + 1) % claimants, {"name": name, "kind": "otherlines", "loss": round(losses[k], 3)})
    save()
    print("orders", round(time.process_time() - cpu), "s", flush=True)
    for c in range(claimants):
        rng = np.random.default_rng([24, c])
        base = models.one(3 * c)
        more = cut(rng, first, 1500, ORDER_LETTERS).reshape(-1)
        short = Models(hidden, weights=base)
        short.train([more], rate / 4, limit=30)
        long = Models(hidden, weights=base)
        long.train([more], rate / 4)
        merged = [0.5 * a + 0.5 * b for a, b in zip(short.one(0), long.one(0))]
        rounded = [torch.round(w * 7 / w.abs().max()) * w.abs().max() / 7 if w.numel() > 1 and w.abs().max() > 0 else w for w in base]
        for kind, weights in (("tuned", short.one(0)), ("continued", long.one(0)), ("merged", merged), ("rounded", rounded)):
            score_order(Models(hidden, weights=weights), c, {"name": f"derived-{c}-{kind}", "kind": "derived", "how": kind})
        # The nearest honest line: the same further training of one that saw the lines in another order.
        for other in range(1):
            honest = Models(hidden, weights=models.one(3 * c + 1 + other))
            honest.train([more], rate / 4)
            score_order(honest, c, {"name": f"otherorder-{c}-{other}-continued", "kind": "otherorder", "how": "continued"})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--part", choices=("trials", "orders"), required=True)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--sizes", type=int, nargs="+", default=(48, 128, 256))
    args = parser.parse_args()
    began, cpu = time.time(), time.process_time()
    text = np.concatenate([encode(open(f, encoding="utf8", errors="replace").read()) for f in args.text])
    half = len(text) // 2
    first, second = text[:half], text[half:]
    out = []

    def save():
        models = ",\n".join(json.dumps(m) for m in out)
        with open(args.out, "w") as file:
            file.write('{"type":"assay/membership-scores/v1","torch":"%s","coreSeconds":%d,"models":[\n%s\n]}\n' % (
                torch.__version__, time.process_time() - cpu, models))

    (trials if args.part == "trials" else orders)(args, first, second, out, save, cpu)
    save()
    print("done", len(out), "records,", round(time.process_time() - cpu), "core-seconds,", round(time.time() - began), "s", flush=True)


main()
