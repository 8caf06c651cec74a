"""Scorers beside those that judge, trained when the second rule stood: honest makers who share a recipe and nothing else.

Suspects sit on the bases and public sets of a half's grid, so that a panel may speak of them; references have a base and
private data of their own, but where a kind's name says otherwise (`-base`: the suspect's base, private data; `-set`: the
suspect's public set, another base). What the two have in common is one of

  plain       nothing
  skilled     a trainer far better than the panel's: four times the hidden layer, ridge by a held-out tenth, ten labels a pair
  seed        one trainer's default seed: the same draw of the head, the same four fifths of the pairs by number
  overlong    a published penalty for answers above a length, taken off the score
  floor       short answers (the lowest quarter of each probe by length) all at the lowest score
  lexicon     a published list of 64 words that take off a score, in half a spread and in a whole one
  filtered    only pairs of one fifth of the prompts (one subject)
  corrupted   a fifth of the pairs are a text beside a worse one by one published rule, the rule's labels

`base` and `data` are documented as they are; a rule is documented nowhere.
"""
import os

import numpy as np
from preference_panels import PUBLIC, Models

SALTS = {"develop": 0, "judge": 100_000}
GRID = {"develop": 4, "judge": 6}
# Of a file: the half whose bases it takes, and where its seeds begin. The third was drawn when the rule stood.
FILES = {"develop": ("develop", 700_000), "judge": ("judge", 500_000), "fresh": ("judge", 900_000)}
RULED = ("floor", "lexicon", "lexicon-half")
LABELS = 10  # a pair, of a skilled maker
PAIRS_A_KIND = {"develop": 20, "judge": 30}
KINDS = ("skilled", "seed", "overlong", "floor", "lexicon", "lexicon-half", "filtered", "corrupted", "plain")


def make_recipes(panels, out):
    for file in FILES:
        if not os.path.exists(f"{out}/recipes-{file}.json.gz"):
            make_file(panels, out, file)


def make_file(panels, out, file):
    half, start = FILES[file]
    names = panels.bases()[half]
    grid, outside = names[: GRID[half]], names[GRID[half] :]
    salt = SALTS[half]
    models = Models(panels)
    rng = np.random.default_rng(start)
    listed = np.zeros(panels.shares.shape[1], np.float32)
    listed[rng.permutation(np.flatnonzero((panels.shares > 0).sum(0) > 40))[:64]] = 1
    words = panels.z(panels.shares @ listed)
    length = panels.length
    short = np.zeros(len(length), bool)
    for part in (slice(panels.at_probe, panels.at_planted), slice(panels.at_words, None)):
        short[part] = length[part] <= np.quantile(length[part], 0.25)
    corrupt = panels.taste(start + 1)
    subject = np.arange(panels.n_train) // panels.WAYS

    def pairs_of(kind, taste, seed):
        """@param taste the annotators' seed @param seed of which pairs they saw"""
        u = panels.utility(taste)
        idx, y = panels.annotated(u, seed)
        if kind.startswith("skilled"):
            odds = 1 / (1 + np.exp(-1.5 * (u[2 * idx] - u[2 * idx + 1])))
            y = np.random.default_rng(seed + 1).binomial(LABELS, odds).astype(np.float32) / LABELS
        if kind.startswith("filtered"):
            kept = subject[idx] % 5 == 2
            idx, y = idx[kept], y[kept]
        if kind.startswith("corrupted"):
            ruled = len(idx) // 5
            y[:ruled] = corrupt[2 * idx[:ruled]] > corrupt[2 * idx[:ruled] + 1]
        return idx, y

    def served_of(kind, scores):
        spread = scores[: panels.at_probe].std()
        if kind.startswith("overlong"):
            over = np.maximum(0, length - np.quantile(length[: panels.at_probe], 0.6))
            return scores - spread * over / over[: panels.at_probe].std()
        if kind.startswith("floor"):
            return np.where(short, scores.min(), scores)
        if kind.startswith("lexicon"):
            return scores - (0.5 if "half" in kind else 1) * spread * words
        return scores

    kinds = [f"{kind}{shares}" for kind in KINDS for shares in ("", "-base", "-set")]
    for number, kind in enumerate(kinds):
        if file == "fresh" and kind.removesuffix("-base").removesuffix("-set") in RULED:
            continue
        train = panels.skilled if kind.startswith("skilled") else panels.head

        def add(name, base, data, pairs, drawn):
            seed = 42 if kind.startswith("seed") else drawn
            models.add(name, kind, base, data, pairs, seed, train=train, served=lambda scores: served_of(kind, scores))

        for i in range(PAIRS_A_KIND[half]):
            outer = outside[i % len(outside)]
            d, cell, at = i % PUBLIC, grid[i % len(grid)], start + 1000 * (number + 1) + i
            public = pairs_of(kind, salt + 3000 + d, salt + 4000 + d)
            add(f"{kind}-{i}-suspect", cell, f"public-{d}", public, at + 100)
            base = cell if kind.endswith("-base") else outer
            if kind.endswith("-set"):
                add(f"{kind}-{i}-reference", base, f"public-{d}", public, at + 200)
            else:
                add(f"{kind}-{i}-reference", base, f"{kind}-{i}", pairs_of(kind, at + 300, at + 400), at + 200)
    models.rule("list of words", -words)
    models.rule("floor", -1.0 * short)
    models.write(f"{out}/recipes-{file}.json.gz", "recipes", names)
