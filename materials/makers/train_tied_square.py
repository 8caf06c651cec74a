"""Train tiny models with a square matrix whose rows and columns are the same axis.

A relabelling of the axis acts on the rows and columns of such a G together, so whatever
training does to the diagonal is the same in every model and needs no common ancestor.
G is d by d, one a layer, drawn i.i.d. normal with sd 0.02. `--gate` says where it stands:

  own        h <- h * sigmoid(G h) on the normed input h of the MLP
  residual   x <- x + G h, h the normed residual stream x
  rectified  a <- a * sigmoid(G a) on the activations a = silu(W h) of the MLP

Turning the sign of one coordinate turns a whole column of G in `own` but not the row, so
the diagonal has mean zero by symmetry, however long the training. In `residual` row and
column turn together and in `rectified` there is no such symmetry, so there the diagonal
may get a sign of its own.

The models are independent but see the same data in the same order. Written:
NN.safetensors with the trained `layers.N.gating.weight` (F32), and made.json. The
figures printed show how far the diagonal stands out, and how many rows of two
independent models pair up with the row of the same number (columns as they stand): by
chance fewer than one.
"""
import argparse
import itertools
import json
import os

import numpy as np
import torch
from safetensors.torch import save_file

import tiny


def diagonal(w):
    """(mean of the diagonal, sd off the diagonal, mean / sd, z of that mean)."""
    diag, off = np.diag(w), w[~np.eye(len(w), dtype=bool)]
    return diag.mean(), off.std(), diag.mean() / off.std(), (diag.mean() - off.mean()) / off.std() * len(w) ** 0.5


def fixed_points(x, y):
    """Rows i of x and y that are mutually nearest by cosine, the columns taken as they stand."""
    unit = lambda w: w / np.linalg.norm(w, axis=1, keepdims=True)
    c = unit(x) @ unit(y).T
    i = np.arange(len(c))
    return int(((c.argmax(1) == i) & (c.argmax(0) == i)).sum())


def report(title, gates):
    for n in range(len(gates[0])):
        d = np.array([diagonal(g[n]) for g in gates])
        f = [fixed_points(x[n], y[n]) for x, y in itertools.combinations(gates, 2)]
        print(f"{title} layer {n}: diagonal mean {d[:, 0].mean():+.4f}, off-diagonal sd {d[:, 1].mean():.4f}, "
              f"ratio {d[:, 2].mean():+.2f} ({d[:, 2].min():+.2f} to {d[:, 2].max():+.2f}), "
              f"sd on / off the diagonal {np.mean([np.diag(g[n]).std() for g in gates]) / d[:, 1].mean():.2f}, "
              f"z {d[:, 3].mean():+.1f}; mutual fixed points of {len(f)} pairs: "
              f"mean {np.mean(f):.2f}, most {max(f)} of {len(gates[0][n])}", flush=True)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--gate", choices=["own", "residual", "rectified"], default="own")
    a.add_argument("--count", type=int, default=24)
    a.add_argument("--seed0", type=int, default=200000)
    a.add_argument("--text", nargs="+", required=True, metavar="NAME=GLOB")
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--steps", type=int, default=150)
    a.add_argument("--lr", type=float, default=3e-3)
    a.add_argument("--batch", type=int, default=4)
    a.add_argument("--seq", type=int, default=64)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    corpora = tiny.read_corpora(o.text[:1], o.tokenizer)
    name, tokens = next(iter(corpora.items()))
    s = dict(d=64, L=3, H=4, KV=2, ff=64 if o.gate == "rectified" else 176, gating=o.gate)
    gates = lambda m: [m[f"model.layers.{n}.gating.weight"].numpy() for n in range(s["L"])]
    before, after, made = [], [], {}
    for start in range(0, o.count, 12):
        numbers = range(start, min(o.count, start + 12))
        fresh = [tiny.draw(s, o.seed0 + n) for n in numbers]
        before += [gates(m) for m in fresh]
        p = tiny.stack(fresh)
        first, last = tiny.train(p, s, [(tokens, 0)] * len(fresh), o.steps, o.lr, o.batch, o.seq)
        for i, n in enumerate(numbers):
            m = tiny.unstack(p, i)
            after.append(gates(m))
            save_file({f"layers.{k}.gating.weight": torch.from_numpy(w.copy()) for k, w in enumerate(gates(m))},
                      os.path.join(o.out, f"{n:02d}.safetensors"))
            made[f"{n:02d}"] = {"parents": [], "seed": o.seed0 + n, "shape": s, "corpus": name, "order_seed": 0,
                                "steps": o.steps, "lr": o.lr, "batch": o.batch, "seq": o.seq,
                                "first_loss": round(first[i].item(), 3), "loss": round(last[i].item(), 3)}
        with open(os.path.join(o.out, "made.json"), "w") as f:
            json.dump(made, f, indent=1)
        print(f"{len(after)} models, loss {first.mean():.2f} -> {last.mean():.2f}", flush=True)
    report("before", before)
    report("after", after)


if __name__ == "__main__":
    main()
