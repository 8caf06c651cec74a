"""Students of text alone: fresh draws trained on text that a bank model wrote.

For each teacher, sequences of 64 tokens are sampled at temperature 1 from its first token on; a model of the
same shape, drawn anew, is trained on them. Folders: <teacher>-student, with `taught_by` in made.json and no
`parents`: nothing of the teacher's weights is in them, so every pair with the teacher is a negative.
"""
import argparse
import json
import os

import torch

import tiny


@torch.no_grad()
def write(p, s, rows, length, seed):
    """Text of all stacked models at once: [M, rows, length] token ids; the beginning is the tokenizer's first id."""
    g = torch.Generator().manual_seed(seed)
    count = p["model.embed_tokens.weight"].shape[0]
    ids = torch.zeros(count, rows, 1, dtype=torch.long)
    for _ in range(length):
        # No cache of keys and values: the whole is computed again for each token, in 64 short steps.
        logits = tiny.forward(p, s, ids).view(count, rows, -1, tiny.VOCAB)[:, :, -1]
        drawn = torch.multinomial(logits.reshape(count * rows, -1).softmax(-1), 1, generator=g)
        ids = torch.cat((ids, drawn.view(count, rows, 1)), 2)
    return ids[:, :, 1:]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bank", default="../shared/zoo/bank")
    a.add_argument("--out", required=True)
    a.add_argument("--shapes", default="abcd")
    a.add_argument("--number", type=int, default=8, help="teachers of each shape")
    a.add_argument("--rows", type=int, default=256, help="sequences a teacher")
    a.add_argument("--steps", type=int, default=300)
    a.add_argument("--seed0", type=int, default=500000)
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--batch", type=int, default=4)
    a.add_argument("--seq", type=int, default=64)
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    for shape in o.shapes:
        s = tiny.SHAPES[shape]
        groups = {}
        for j in range(o.number):
            teacher = f"{shape}{j:02d}"
            with open(os.path.join(o.bank, teacher, "made.json")) as f:
                lr = json.load(f)["lr"]
            if not os.path.isdir(os.path.join(o.out, f"{teacher}-student")):
                groups.setdefault(lr, []).append((teacher, o.seed0 + 100 * list(tiny.SHAPES).index(shape) + j))
        for lr, members in groups.items():
            teachers = tiny.stack([tiny.read_model(os.path.join(o.bank, t)) for t, _ in members])
            texts = write(teachers, s, o.rows, o.seq, members[0][1]).reshape(len(members), -1)
            p = tiny.stack([tiny.draw(s, seed) for _, seed in members])
            first, last = tiny.train(p, s, [(texts[i], seed) for i, (_, seed) in enumerate(members)],
                                     o.steps, lr, o.batch, o.seq)
            for i, (teacher, seed) in enumerate(members):
                tiny.write_model(os.path.join(o.out, f"{teacher}-student"), tiny.unstack(p, i), s, {
                    "parents": [], "taught_by": teacher, "kind": "student", "shape": s, "seed": seed,
                    "tokens_written": texts.shape[1], "order_seed": seed, "steps": o.steps, "lr": lr,
                    "schedule": "warm-up 10, cosine to a tenth", "batch": o.batch, "seq": o.seq,
                    "first_loss": round(first[i].item(), 3), "loss": round(last[i].item(), 3),
                }, o.tokenizer)
            print(f"{shape} lr {lr:g}: {len(members)} students, loss {first.mean():.2f} -> {last.mean():.2f}", flush=True)


if __name__ == "__main__":
    main()
