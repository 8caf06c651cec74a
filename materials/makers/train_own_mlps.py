"""Models that keep a bank model's embeddings, attention and norms, frozen, and learn MLPs of their own from a fresh draw.

Against its parent each is the hardest null of the gate-up test: the same residual basis, the same inputs to every MLP,
and no MLP weight in common. 200 steps at the parent's rate. Existing folders are skipped.
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
    a.add_argument("--parents", nargs="+", required=True)
    a.add_argument("--seed0", type=int, default=500000, help="seed of the first model's MLPs")
    a.add_argument("--steps", type=int, default=200)
    a.add_argument("--text", nargs="+", required=True, metavar="NAME=GLOB")
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--batch", type=int, default=4)
    a.add_argument("--seq", type=int, default=64)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    corpora = tiny.read_corpora(o.text, o.tokenizer)
    names = list(corpora)
    for shape in sorted({p[0] for p in o.parents}):
        parents = [p for p in o.parents if p[0] == shape and not os.path.isdir(os.path.join(o.out, f"{p}-own-mlps"))]
        if not parents:
            continue
        s, models, seeds = tiny.SHAPES[shape], [], []
        for p in parents:
            seed = o.seed0 + 1000 * "abcd".index(shape) + int(p[1:])
            fresh = tiny.draw(s, seed)
            kept = tiny.read_model(os.path.join(o.bank, p))
            models.append({n: fresh[n] if ".mlp." in n else kept[n].float() for n in fresh})
            seeds.append(seed)
        with open(os.path.join(o.bank, parents[0], "made.json")) as f:
            lr = json.load(f)["lr"]
        w = tiny.stack(models)
        for name, tensor in w.items():
            tensor.requires_grad_(".mlp." in name)
        streams = [(corpora[names[i % len(names)]], seed) for i, seed in enumerate(seeds)]
        first, last = tiny.train(w, s, streams, o.steps, lr, o.batch, o.seq)
        for i, p in enumerate(parents):
            tiny.write_model(os.path.join(o.out, f"{p}-own-mlps"), tiny.unstack(w, i), s, {
                "frozen_from": p, "parents": [], "shape": s, "seed": seeds[i], "steps": o.steps, "lr": lr,
                "first_loss": round(first[i].item(), 3), "loss": round(last[i].item(), 3),
            }, o.tokenizer)
        print(f"{shape}: {len(parents)} models, loss {first.mean():.2f} -> {last.mean():.2f}", flush=True)


if __name__ == "__main__":
    main()
