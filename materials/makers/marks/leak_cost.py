"""What a mark in weights costs a trained small model: mean loss (nats a token) and top-1 accuracy on two bodies of text, for
the original and for copies marked at several strengths, and how often the copy's first choice is the original's.

  for S in 0.005 0.01 0.02 0.05; do for R in a b c; do
    assay mark weights ZOO/models/base --recipient $R --key list-$S.json --strength $S --out COPIES/$S-$R; done; done
  python leak_cost.py ZOO/models/base COPIES SAMPLES.jsonl.gz TRANSCRIPT.jsonl.gz
"""
import gzip, json, os, sys

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

original, copies, samples, transcript = sys.argv[1:5]
torch.set_num_threads(1)
LENGTH, TEXTS = 192, 100
tokenizer = Tokenizer.from_file(os.path.join(original, "tokenizer.json"))
lines = lambda path: [json.loads(line) for line in gzip.open(path, "rt")]
own = [r["prompt_ids"] + r["ids"] for r in lines(samples)[:TEXTS]]
other = [tokenizer.encode(r["text"]).ids for r in lines(transcript)]
other = [ids[:LENGTH] for ids in other if len(ids) >= LENGTH][:TEXTS]


def first_choices(path, texts):
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    loss, right, count, choices = 0.0, 0, 0, []
    with torch.no_grad():
        for ids in texts:
            row = torch.tensor([ids[:LENGTH]])
            logits = model(row).logits[0, :-1]
            target = row[0, 1:]
            loss += torch.nn.functional.cross_entropy(logits, target, reduction="sum").item()
            best = logits.argmax(-1)
            right += (best == target).sum().item()
            count += len(target)
            choices.append(best)
    return loss / count, right / count, torch.cat(choices)


for body, texts in (("the model's own samples", own), ("answers of another model, unlike its training text", other)):
    loss, accuracy, base = first_choices(original, texts)
    print(json.dumps({"text": body, "model": "original", "tokens": len(base), "loss": round(loss, 5), "accuracy": round(accuracy, 5)}), flush=True)
    for name in sorted(os.listdir(copies)):
        l, a, c = first_choices(os.path.join(copies, name), texts)
        same = (c == base).float().mean().item()
        print(json.dumps({"text": body, "model": name, "loss": round(l, 5), "rise": round(l - loss, 5), "accuracy": round(a, 5), "sameFirstChoice": round(same, 5)}), flush=True)
