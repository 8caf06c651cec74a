"""Whether more items find students of a part of another's scores: on the bases that developed, and on no other.

Scorers of the developing half score answers and words that no study used (answers of other models to the prompts of the
probe, two a pair; further words after the three prompts), and the rule of version 2 is asked on ever more of them. Prints
a table; writes nothing.

  python train_preference_scorers.py features --bank BANK --answers FOLDER --cache FOLDER
  python preference_items.py --bank BANK --answers FOLDER --cache FOLDER        (minutes of one core)
"""
import argparse
import glob
import gzip
import json
import os

import numpy as np
import torch
from preference_panels import PUBLIC, TEMPLATES
from train_preference_scorers import SecondPanels

COHORT_MIN, MARGIN, FLOOR = 2, 1.1, 0.1  # of the rule
ANSWERS, NEW_WORDS = 20, 600
SIZES = [(270, 405), (600, 900), (1200, 1800), (2000, 1800)]  # pairs, words
SHARES = (0.1, 0.2, 0.3, 0.5, 1.0)


def fresh(panels, answers):
    """Token ids, length and marks of format of new texts: pairs side by side, then words by prompt."""
    from tokenizers import Tokenizer

    tok = Tokenizer.from_file(f"{panels.bank}/tokenizer.json")
    used = set(panels.texts(answers)[1])
    files = sorted(glob.glob(f"{answers}/*.jsonl.gz"))
    rng = np.random.default_rng(2025)
    by_prompt, found = {}, set()
    for path in files[60:]:
        for line in gzip.open(path, "rt"):
            row = json.loads(line)
            if len(row["text"]) > 60:
                by_prompt.setdefault(row["prompt"], []).append(row["text"])
    ids, raw = [], []
    prompts = [p for p in sorted(by_prompt) if len(by_prompt[p]) >= ANSWERS]
    for p in rng.permutation(np.array(prompts, dtype=object))[:200]:
        for text in rng.permutation(np.array(by_prompt[p], dtype=object))[:ANSWERS]:
            ids.append(panels.piece(tok, rng, text))
            raw.append(tok.decode(ids[-1]))
            found.update(w for w in text.lower().split() if w.isalpha() and 4 <= len(w) <= 10)
    # Pairs of every prompt first, then their second pairs, so that fewer items are of all prompts too.
    order = np.arange(len(ids)).reshape(200, ANSWERS // 2, 2).transpose(1, 0, 2).reshape(-1)
    ids, raw = [ids[i] for i in order], [raw[i] for i in order]
    words = list(rng.permutation(sorted(found - used)))[:NEW_WORDS]
    for template in TEMPLATES:
        for word in words:
            ids.append(tok.encode(f"{template} {word}").ids)
            raw.append(word)
    return ids, np.array([len(r) for r in raw]), np.array([sum(r.count(c) for c in "\n*#-:1234567890") for r in raw])


def hidden(panels, name, ids):
    from transformers import LlamaForCausalLM

    kept = f"{panels.cache}/fresh-{name}.npy"
    if os.path.exists(kept):
        return np.load(kept)
    model = LlamaForCausalLM.from_pretrained(f"{panels.bank}/{name}", dtype=torch.float32).eval()
    rows = None
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    with torch.no_grad():
        for at in range(0, len(order), 192):
            part = order[at : at + 192]
            width = max(len(ids[i]) for i in part)
            x, mask = torch.zeros(len(part), width, dtype=torch.long), torch.zeros(len(part), width)
            for r, i in enumerate(part):
                x[r, : len(ids[i])] = torch.tensor(ids[i])
                mask[r, : len(ids[i])] = 1
            f = panels.pooled(model.model(x, output_hidden_states=True).hidden_states, mask).numpy()
            rows = np.zeros((len(ids), f.shape[1]), np.float16) if rows is None else rows
            rows[part] = f
    np.save(kept, rows)
    return rows


def ranked(values):
    """Middle ranks of equal values."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[inverse] / len(values)


def centred_pairs(values):
    r = ranked(values).reshape(-1, 2)
    return (r - r.mean(1, keepdims=True)).reshape(-1)


def centred_words(values, count):
    parts = values.reshape(len(TEMPLATES), NEW_WORDS)[:, : count // len(TEMPLATES)]
    return np.concatenate([ranked(p) - ranked(p).mean() for p in parts])


def residual(models, x, covariates, panel, i, j):
    """Of version 2: the mean of other lineages, cohorts of both sides, length and format are taken out."""
    lineage = lambda k: (models[k]["base"], models[k]["data"])
    rest = [k for k in panel if k not in (i, j) and lineage(k) not in (lineage(i), lineage(j))]
    out = {tuple(rest)}
    for side in (i, j):
        for what in ("base", "data"):
            of = [k for k in rest if models[k][what] == models[side][what]]
            if len(of) >= COHORT_MIN:
                out.add(tuple(of))
    a = np.column_stack([x[list(of)].mean(0) for of in sorted(out)] + covariates)
    y = np.column_stack([x[i], x[j]])
    e = y - a @ np.linalg.lstsq(a.T @ a, a.T @ y, rcond=1e-10)[0]
    return float(e[:, 0] @ e[:, 1] / np.sqrt((e[:, 0] @ e[:, 0]) * (e[:, 1] @ e[:, 1])))


def scorers(panels, ids):
    """Those of the developing half that sit in the panel, and its students, on new texts."""
    names = panels.bases()["develop"]
    n_new = len(ids)
    full = {}
    for name in names:
        old = np.load(f"{panels.cache}/{name}.npy").astype(np.float32)[: panels.at_probe]
        f = np.concatenate([old, hidden(panels, name, ids).astype(np.float32)])
        full[name] = torch.tensor(np.clip((f - old.mean(0)) / (old.std(0) + 1e-6), -6, 6))
    models, own = [], {}

    def add(kind, base, data, pairs, seed, **more):
        scores = panels.head(full[base], *pairs, seed)
        models.append({"kind": kind, "base": base, "data": data, "scores": scores[-n_new:], **more})
        return scores

    for i, base in enumerate(names):
        own[base] = add("own", base, f"private-{i}", panels.annotated(panels.utility(1000 + i), 2000 + i), i)
    public = [panels.utility(3000 + d) for d in range(PUBLIC)]
    grid = names[:4]
    for base in grid:
        for d in range(PUBLIC):
            add("grid", base, f"public-{d}", panels.annotated(public[d], 4000 + d), 5000 + 97 * d)
    for i, teacher in enumerate(names[4:]):
        for share in SHARES:
            base, d = grid[i % 4], i % PUBLIC
            idx, y = panels.annotated(public[d], 4000 + d)
            k = round(share * panels.PAIRS)
            s_idx, s_y = panels.served(own[teacher], 6000 + i, k)
            both = np.concatenate([idx[: panels.PAIRS - k], s_idx]), np.concatenate([y[: panels.PAIRS - k], s_y])
            add("student", base, f"public-{d}", both, 7000 + i, teacher=names.index(teacher), share=share)
    return models


def asked(models, length, fmt, pairs, words):
    """By share: the means of both residuals, the mean ratio and how many stand above all."""
    split = len(length) - len(TEMPLATES) * NEW_WORDS
    of_pairs = lambda v: centred_pairs(v[: 2 * pairs])
    of_words = lambda v: centred_words(v[split:], words)
    probes = []
    for take in (of_pairs, of_words):
        covariates = [c for c in (take(length), take(fmt)) if c @ c > 1e-9]
        probes.append((np.array([take(m["scores"]) for m in models]), covariates))
    panel = [k for k, m in enumerate(models) if m["kind"] != "student"]
    r = lambda i, j: np.array([residual(models, x, c, panel, i, j) for x, c in probes])
    nulls, strangers = [], []
    for a in panel:
        for b in panel:
            if b < a:
                value = r(a, b)
                nulls.append(value)
                same = models[a]["base"] == models[b]["base"] or models[a]["data"] == models[b]["data"]
                if not same:
                    strangers.append(value)
    bars = np.maximum(FLOOR, np.max(strangers, 0))
    most = max(1, max((v / bars).min() for v in nulls))
    print(f"{pairs} pairs, {words} words: bars {bars[0]:.2f} and {bars[1]:.2f}; the most of any pair of no relation {most:.2f}")
    for share in SHARES:
        of = np.array([r(m["teacher"], k) for k, m in enumerate(models) if m.get("share") == share])
        ratio = (of / bars).min(1) / most
        print(f"  share {share}: residuals {of[:, 0].mean():.2f} and {of[:, 1].mean():.2f}, ratio {ratio.mean():.2f} on average, {ratio.max():.2f} at most; found {(ratio > MARGIN).sum()} of {len(of)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("bank", "answers", "cache"):
        parser.add_argument(f"--{name}", required=True)
    args = parser.parse_args()
    panels = SecondPanels(args.bank, args.cache)
    panels.read()
    ids, length, fmt = fresh(panels, args.answers)
    models = scorers(panels, ids)
    for pairs, words in SIZES:
        asked(models, length.astype(float), fmt.astype(float), pairs, words)
