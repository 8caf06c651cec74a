"""Train children of the bank models: every (parent, child) pair is a positive.

  tuned      60 steps at lr 3e-4
  continued  300 steps at the learning rate the parent was made with
  sibling    300 steps at that rate on the next corpus: beside "continued" another child of the same parent
  long       1500 steps at that rate, four parents of each shape
  light      10 steps at lr 1e-5: near-twins, for nulls of the direction of making
  longest    6000 steps at that rate, one parent of each shape

All at a constant rate (10 steps of warm-up, since the optimiser starts anew), each child
with an order of its own, corpora in turn, from text gathered apart from the bank's.
Parents of one shape and rate are trained together. Existing folders are skipped.
"""
import argparse
import json
import os

import torch

import tiny

STEPS = {"tuned": 60, "continued": 300, "long": 1500, "light": 10, "sibling": 300, "longest": 6000}
RATES = {"tuned": 3e-4, "light": 1e-5}
# Of the bank every so many parents.
EVERY = {"long": 4, "longest": 16}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bank", default="../shared/zoo/bank")
    a.add_argument("--out", required=True)
    a.add_argument("--parents", nargs="+", help="folders of --bank, instead of the bank's own names")
    a.add_argument("--kind", choices=list(STEPS), required=True)
    a.add_argument("--seed0", type=int, default=300000, help="order seed of the first child")
    a.add_argument("--minutes", type=float, default=25)
    a.add_argument("--text", nargs="+", required=True, metavar="NAME=GLOB")
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--dtype", choices=["bfloat16", "float32"], default="bfloat16")
    a.add_argument("--batch", type=int, default=4)
    a.add_argument("--seq", type=int, default=64)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    corpora = tiny.read_corpora(o.text, o.tokenizer)
    names, clock, steps, made = list(corpora), tiny.Clock(o.minutes), STEPS[o.kind], 0
    groups = {}
    bank = [f"{'abcd'[j // 16]}{j % 16:02d}" for j in range(0, 64, EVERY.get(o.kind, 1))]
    for parent in o.parents or bank:
        shape = parent.lstrip("x")[0]
        # The number that settles order and corpus: of the bank its place, of others their own number.
        j = 16 * "abcd".index(shape) + int(parent[1:]) if parent in bank else int(parent[2:])
        with open(os.path.join(o.bank, parent, "made.json")) as f:
            lr = RATES.get(o.kind) or json.load(f)["lr"]
        groups.setdefault((shape, lr), []).append((j, parent))
    # By rate, then shape, so that a run cut short covers every shape.
    queue = sorted(groups.items(), key=lambda g: (g[0][1], g[0][0]))
    per_child = None
    for (shape, lr), members in queue:
        members = [m for m in members if not os.path.isdir(os.path.join(o.out, f"{m[1]}-{o.kind}"))]
        if not members:
            continue
        if not clock.room(per_child and per_child * len(members)):
            print(f"out of time after {made} children", flush=True)
            return
        s = tiny.SHAPES[shape]
        p = tiny.stack([tiny.read_model(os.path.join(o.bank, m)) for _, m in members])
        corpus = [names[(j + (o.kind == "sibling")) % len(names)] for j, _ in members]
        order = [o.seed0 + 1000 * list(STEPS).index(o.kind) + j for j, _ in members]
        first, last = tiny.train(p, s, [(corpora[c], k) for c, k in zip(corpus, order)],
                                 steps, lr, o.batch, o.seq, decay=False)
        for i, (_, parent) in enumerate(members):
            tiny.write_model(os.path.join(o.out, f"{parent}-{o.kind}"), tiny.unstack(p, i), s, {
                "parents": [parent], "kind": o.kind, "shape": s, "corpus": corpus[i],
                "order_seed": order[i], "steps": steps, "lr": lr, "schedule": "warm-up 10, constant",
                "batch": o.batch, "seq": o.seq,
                "first_loss": round(first[i].item(), 3), "loss": round(last[i].item(), 3),
            }, o.tokenizer, getattr(torch, o.dtype))
        made += len(members)
        took = clock.lap()
        per_child = max(per_child or 0, took / len(members))
        print(f"{o.kind} {shape} lr {lr:g}: {len(members)} children in {took:.0f} s, loss "
              f"{first.mean():.2f} -> {last.mean():.2f} (worst {last.max():.2f})", flush=True)
    print(f"done: {made} children", flush=True)


if __name__ == "__main__":
    main()
