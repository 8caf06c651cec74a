"""Partial copies: some layers of a bank model, the rest drawn anew, then the whole trained.

Each child takes `--taken` of its parent's layers, spread evenly; its embeddings, its other layers and
its norms are fresh draws. All is then trained at the rate the parent was made with. Folders:
<parent>-partial<taken>of<layers>-<steps>; `parents` and `layers` (taken, in their place) in made.json.
With --taken 0 nothing is copied: the negatives of the row.
"""
import argparse
import json
import os

import torch

import tiny


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bank", default="../shared/zoo/bank")
    a.add_argument("--out", required=True)
    a.add_argument("--shapes", default="cd")
    a.add_argument("--number", type=int, default=8, help="parents of each shape")
    a.add_argument("--taken", type=int, nargs="+", default=[1, 2])
    a.add_argument("--steps", type=int, default=300)
    a.add_argument("--lr", type=float, help="instead of the parent's own")
    a.add_argument("--seed0", type=int, default=400000)
    a.add_argument("--text", nargs="+", required=True, metavar="NAME=GLOB")
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--batch", type=int, default=4)
    a.add_argument("--seq", type=int, default=64)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    corpora = tiny.read_corpora(o.text, o.tokenizer)
    names = list(corpora)
    for shape in o.shapes:
        s = tiny.SHAPES[shape]
        groups = {}
        for j in range(o.number):
            parent = f"{shape}{j:02d}"
            with open(os.path.join(o.bank, parent, "made.json")) as f:
                lr = o.lr or json.load(f)["lr"]
            for taken in o.taken:
                folder = os.path.join(o.out, f"{parent}-partial{taken}of{s['L']}-{o.steps}")
                if taken < s["L"] and not os.path.isdir(folder):
                    groups.setdefault(lr, []).append((folder, parent, taken, j))
        for lr, members in groups.items():
            models, layers, seeds = [], [], []
            for _, parent, taken, j in members:
                seeds.append(o.seed0 + 1000 * list(tiny.SHAPES).index(shape) + 100 * taken + j + o.steps * 10)
                model, source = tiny.draw(s, seeds[-1]), tiny.read_model(os.path.join(o.bank, parent))
                layers.append([int((i + 0.5) * s["L"] / taken) for i in range(taken)])
                model |= {k: v for k, v in source.items() if any(f".layers.{n}." in k for n in layers[-1])}
                models.append(model)
            p = tiny.stack(models)
            corpus = [names[j % len(names)] for _, _, _, j in members]
            first, last = tiny.train(p, s, [(corpora[c], k) for c, k in zip(corpus, seeds)],
                                     o.steps, lr, o.batch, o.seq, decay=False)
            for i, (folder, parent, taken, _) in enumerate(members):
                tiny.write_model(folder, tiny.unstack(p, i), s, {
                    "parents": [parent] if taken else [], "kind": "partial", "taken": taken, "layers": layers[i],
                    "shape": s, "seed": seeds[i], "corpus": corpus[i], "order_seed": seeds[i], "steps": o.steps,
                    "lr": lr, "schedule": "warm-up 10, constant", "batch": o.batch, "seq": o.seq,
                    "first_loss": round(first[i].item(), 3), "loss": round(last[i].item(), 3),
                }, o.tokenizer)
            print(f"{shape} lr {lr:g}: {len(members)} partial copies, loss {first.mean():.2f} -> {last.mean():.2f}",
                  flush=True)


if __name__ == "__main__":
    main()
