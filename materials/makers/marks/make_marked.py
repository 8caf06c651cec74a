"""Marked text by the original libraries: a small causal model of the shared zoo answers 16-token prompts under
transformers' own KGW and SynthID-Text logits processors, one key a file. Writes OUT/<scheme>-<n>.jsonl.gz and its mark file.

  python make_marked.py MODEL PROMPTS.jsonl.gz OUT --scheme kgw|kgw-selfhash|synthid|none --keys 40 [--texts 24] [--tokens 200]
"""
import argparse, gzip, json, os, random, sys

import torch
from transformers import AutoModelForCausalLM, SynthIDTextWatermarkLogitsProcessor, WatermarkLogitsProcessor

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("prompts")
parser.add_argument("out")
parser.add_argument("--scheme", required=True)
parser.add_argument("--keys", type=int, default=40)
parser.add_argument("--first", type=int, default=0)
parser.add_argument("--texts", type=int, default=24)
parser.add_argument("--bias", type=float, default=2.0)
parser.add_argument("--tokens", type=int, default=200)
args = parser.parse_args()
torch.set_num_threads(1)
os.makedirs(args.out, exist_ok=True)
model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
vocabulary = model.config.vocab_size
prompts = [json.loads(line)["prompt_ids"] for line in gzip.open(args.prompts, "rt")]

torch.manual_seed(args.first + 1)
jobs, rows = [], []
for n in range(args.first, args.first + args.keys):
    rng = random.Random(f"assay marks {args.scheme} {n}")
    mark = {"type": "assay/mark/v1", "name": f"{args.scheme} {n}", "vocabulary": vocabulary}
    processor = None
    if args.scheme.startswith("kgw"):
        key = rng.getrandbits(31) | 1
        scheme = "selfhash" if args.scheme == "kgw-selfhash" else "lefthash"
        width = 3 if scheme == "selfhash" else 1
        processor = WatermarkLogitsProcessor(vocabulary, "cpu", 0.25, args.bias, key, scheme, width)
        mark |= {"scheme": "kgw", "variant": "transformers", "key": key, "parameters": {
            "greenlist_ratio": 0.25, "bias": args.bias, "seeding_scheme": scheme, "context_width": width}}
    elif args.scheme == "synthid":
        keys = [rng.getrandbits(62) for _ in range(30)]
        processor = SynthIDTextWatermarkLogitsProcessor(5, keys, 2**16, 0, 1024, "cpu")
        mark |= {"scheme": "synthid", "variant": "transformers", "key": [str(k) for k in keys], "parameters": {"ngram_len": 5}}
    jobs.append((n, processor, mark))
    rows += [prompts[rng.randrange(len(prompts))] for _ in range(args.texts)]

# One forward pass for all keys; each key's own processor sees its own rows, as generate() would hand them over.
ids = torch.tensor(rows)
width = ids.shape[1]
past, step = None, ids
with torch.no_grad():
    for t in range(args.tokens):
        out = model(step, past_key_values=past, use_cache=True)
        past, scores = out.past_key_values, out.logits[:, -1].float()
        for j, (_, processor, _) in enumerate(jobs):
            if processor is not None:
                mine = slice(j * args.texts, (j + 1) * args.texts)
                scores[mine] = processor(ids[mine], scores[mine])
        step = torch.multinomial(scores.softmax(-1), 1)
        ids = torch.cat([ids, step], 1)
        if t % 20 == 0:
            print(args.scheme, t, file=sys.stderr)

for j, (n, processor, mark) in enumerate(jobs):
    with gzip.open(f"{args.out}/{args.scheme}-{n}.jsonl.gz", "wt") as file:
        for i, row in enumerate(ids[j * args.texts : (j + 1) * args.texts].tolist()):
            file.write(json.dumps({"prompt_id": i, "prompt_ids": row[:width], "ids": row[width:]}) + "\n")
    if processor is not None:
        json.dump(mark, open(f"{args.out}/{args.scheme}-{n}.mark.json", "w"))
