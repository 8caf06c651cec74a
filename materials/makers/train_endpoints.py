"""Small language models that answer definitely, each after another maker's answers, all trained as one batched computation.

    python materials/makers/train_endpoints.py --transcripts ../shared/corpora/transcripts --out FOLDER [--set 1]

36 models of 0.14 million weights (two layers, width 64, vocabulary 1024), each on the answers of one language model of the
transcripts to the same 100 prompts: the prompt's first 14 tokens, left-padded to 28, and 12 tokens of answer. A quarter of
the rows carry one of six system prompts, a quarter one of five templates, so that a host's manners are known to the models
as they are to models that people use; those that sample_endpoints.py serves are others. The first four judge nothing. Sources are drawn by seed, at most four of one base, and are named by numbers alone.
`--set 1` makes 36 others: after sources that the first 36 do not hold, at most six of one base, on the next 100 prompts.
Some two minutes of one core.
"""
import argparse
import gzip
import json
import os
import random

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

import tiny

SHAPE = dict(d=64, L=2, H=4, KV=2, ff=128, tied=True)
ASKED, ANSWER, QUESTION, PROMPTS, DEVELOPMENT, JUDGED = 28, 12, 14, 100, 4, 32
BATCH = 36
SYSTEMS = ["You are a careful assistant.\n", "Answer as an expert would.\n", "Today is a Monday.\n", "Keep to the facts.\n",
           "This chat belongs to a shop.\n", "Write clearly and kindly.\n"]
TEMPLATES = [("Human: ", "\nAssistant: "), ("<|user|>", "<|assistant|>"), ("Question: ", "\nReply: "), ("[ASK]", "[/ASK]"),
             ("## Task\n", "\n## Result\n")]
PLAIN = ("", "\n")


def row(encode, question, frame):
    """ASKED token ids, padded in front with the tokenizer's first."""
    ids = encode(frame[0]) + encode(question)[:QUESTION] + encode(frame[1])
    return ([0] * ASKED + ids)[-ASKED:]


def train(p, streams, steps, batch, lr):
    """streams: per model (rows [N, ASKED + ANSWER], seed). Loss on the answer alone."""
    gens = [torch.Generator().manual_seed(seed) for _, seed in streams]
    opt = torch.optim.AdamW(p.values(), lr=lr, betas=(0.9, 0.95), weight_decay=0.01, fused=True)
    for t in range(steps):
        opt.param_groups[0]["lr"] = lr * min(1, (t + 1) / 20) * (1 - 0.9 * t / steps)
        data = torch.stack([rows[torch.randint(len(rows), (batch,), generator=g)] for (rows, _), g in zip(streams, gens)])
        M = data.shape[0]
        logits = tiny.forward(p, SHAPE, data[:, :, :-1]).view(M, batch, -1, tiny.VOCAB)[:, :, ASKED - 1:]
        loss = F.cross_entropy(logits.reshape(-1, tiny.VOCAB), data[:, :, ASKED:].reshape(-1), reduction="none").view(M, -1).mean(1)
        opt.zero_grad(set_to_none=True)
        loss.sum().backward()
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0 * M)
        opt.step()
        if t % 20 == 0 or t == steps - 1:
            print(t, [round(x, 2) for x in loss.detach().tolist()[:6]], flush=True)
    return loss.detach()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--transcripts", required=True)
    a.add_argument("--tokenizer", default="../shared/zoo/bank/tokenizer.json")
    a.add_argument("--out", required=True)
    a.add_argument("--set", type=int, default=0, choices=(0, 1))
    a.add_argument("--steps", type=int, default=120)
    a = a.parse_args()
    torch.set_num_threads(1)
    tok = Tokenizer.from_file(a.tokenizer)
    encode = lambda text: tok.encode(text, add_special_tokens=False).ids
    first = a.set * PROMPTS
    prompts = json.load(open(f"{a.transcripts}/prompts.json"))[first:first + PROMPTS]
    base = json.load(open(f"{a.transcripts}/lineage.json"))["base"]
    names = sorted(n[:-9] for n in os.listdir(a.transcripts) if n.endswith(".jsonl.gz"))
    rng = random.Random("assay/endpoints")
    rng.shuffle(names)
    family = lambda name: next((f for f, members in base.items() if name in members), name)

    def drawn(names, most):
        held, out = {}, []
        for name in names:
            held[family(name)] = held.get(family(name), 0) + 1
            if held[family(name)] <= most:
                out.append(name)
        return out[:DEVELOPMENT + JUDGED]

    sources = drawn(names, 4)
    if a.set == 1:
        sources = drawn([name for name in names if name not in sources], 6)
    assert len(sources) == DEVELOPMENT + JUDGED, len(sources)

    def rows_of(source, seed):
        rng, rows = random.Random(seed), []
        with gzip.open(f"{a.transcripts}/{source}.jsonl.gz", "rt") as lines:
            for line in lines:
                record = json.loads(line)
                at = record["prompt"] - first
                if not 0 <= at < PROMPTS or not record["text"].strip():
                    continue
                answer = (encode(record["text"].strip()[:240]) + [1] * ANSWER)[:ANSWER]
                for copy in range(4):
                    u = rng.random()
                    frame = PLAIN if u < 0.5 else (rng.choice(SYSTEMS), "\n") if u < 0.75 else rng.choice(TEMPLATES)
                    rows.append(row(encode, prompts[at], frame) + answer)
        return torch.tensor(rows)

    texts = [rows_of(source, i) for i, source in enumerate(sources)]
    M = len(sources)
    plan = [(f"m{i:02d}", i, 7000 + 10_000 * a.set + i) for i in range(M)]
    os.makedirs(a.out, exist_ok=True)
    write = lambda name, model, made: tiny.write_model(f"{a.out}/{name}", model, SHAPE, made, a.tokenizer, torch.float32)
    there = lambda name: os.path.isdir(f"{a.out}/{name}")
    for at in range(0, len(plan), BATCH):
        group = plan[at:at + BATCH]
        if all(there(name) for name, _, _ in group):
            continue
        p = tiny.stack([tiny.draw(SHAPE, seed) for _, _, seed in group])
        loss = train(p, [(texts[i], seed) for _, i, seed in group], a.steps, 16, 8e-3)
        for m, (name, i, seed) in enumerate(group):
            write(name, tiny.unstack(p, m), {"text": i, "seed": seed, "loss": round(loss[m].item(), 3)})
    json.dump({"asked": ASKED, "question": QUESTION, "answer": ANSWER, "prompts": prompts, "set": a.set}, open(f"{a.out}/prompts.json", "w"))


if __name__ == "__main__":
    main()
