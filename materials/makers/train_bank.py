"""Train many small models from independent initialisations: pairs of them are negatives.

Models of one shape are trained `--group` at a time. In every group the first half sees
exactly the same data in the same order (order seed 0 of the first corpus, across all
groups and shapes: the harder negatives); the others see other orders, and the corpora
in turn. No two models share a seed. Folders: x<shape><number>.

Groups go round the shapes and are written as they end, so a run cut short is usable;
a folder that exists is skipped, so a run may be taken up again.
"""
import argparse
import os

import torch

import tiny

RATES = (3e-3, 2e-3)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--count", type=int, default=60, help="models per shape")
    a.add_argument("--seed0", type=int, default=100000, help="seed of the first model")
    a.add_argument("--minutes", type=float, default=25)
    a.add_argument("--text", nargs="+", required=True, metavar="NAME=GLOB")
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--shapes", default="abcdef")
    a.add_argument("--group", type=int, default=10)
    a.add_argument("--steps", type=int, default=120)
    a.add_argument("--batch", type=int, default=4)
    a.add_argument("--seq", type=int, default=64)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    corpora = tiny.read_corpora(o.text, o.tokenizer)
    names, clock, made = list(corpora), tiny.Clock(o.minutes), 0
    for round_ in range(-(-o.count // o.group)):
        for shape in o.shapes:
            numbers = range(round_ * o.group, min(o.count, (round_ + 1) * o.group))
            folders = [os.path.join(o.out, f"x{shape}{n:03d}") for n in numbers]
            if all(os.path.isdir(f) for f in folders):
                continue
            if not clock.room():
                print(f"out of time after {made} models", flush=True)
                return
            s, lr = tiny.SHAPES[shape], RATES[round_ % len(RATES)]
            # The seed is a function of shape and number alone, whatever is run.
            seeds = [o.seed0 + 10000 * list(tiny.SHAPES).index(shape) + n for n in numbers]
            same = [i < (len(seeds) + 1) // 2 for i in range(len(seeds))]
            corpus = [names[0] if same[i] else names[i % len(names)] for i in range(len(seeds))]
            order = [0 if same[i] else seed for i, seed in enumerate(seeds)]
            p = tiny.stack([tiny.draw(s, seed) for seed in seeds])
            first, last = tiny.train(p, s, [(corpora[c], k) for c, k in zip(corpus, order)],
                                     o.steps, lr, o.batch, o.seq)
            for i, folder in enumerate(folders):
                if os.path.isdir(folder):
                    continue
                tiny.write_model(folder, tiny.unstack(p, i), s, {
                    "parents": [], "shape": s, "seed": seeds[i], "corpus": corpus[i],
                    "order_seed": order[i], "same_data": same[i], "steps": o.steps, "lr": lr,
                    "schedule": "warm-up 10, cosine to a tenth", "batch": o.batch, "seq": o.seq,
                    "first_loss": round(first[i].item(), 3), "loss": round(last[i].item(), 3),
                }, o.tokenizer)
                made += 1
            print(f"{shape} round {round_}: {len(seeds)} models in {clock.lap():.0f} s, loss "
                  f"{first.mean():.2f} -> {last.mean():.2f} (worst {last.max():.2f})", flush=True)
    print(f"done: {made} models", flush=True)


if __name__ == "__main__":
    main()
