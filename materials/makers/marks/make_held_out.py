"""Texts by the originals with parameters that no test has: transformers' generate(watermarking_config=...) and the package
synthid-text's own processor, on untrained models of random vocabularies. For each, the same model's unmarked text, the marked
text under a stranger's key, and the true key read as another library's form.

  python make_held_out.py SEED OUT COUNT
"""
import json, os, random, sys, time

import torch
from transformers import LlamaConfig, LlamaForCausalLM, WatermarkingConfig, SynthIDTextWatermarkingConfig
from synthid_text.logits_processing import SynthIDLogitsProcessor
torch.set_num_threads(1)
seed, out, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rng = random.Random(seed); torch.manual_seed(seed)
os.makedirs(out, exist_ok=True)
def model(v):
    c = LlamaConfig(vocab_size=v, hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=None, eos_token_id=None, pad_token_id=None, initializer_range=0.4)
    return LlamaForCausalLM(c).eval()
def dump(name, rows, width, mark, truth, **extra):
    with open(f"{out}/{name}.jsonl", "w") as f:
        for i, r in enumerate(rows):
            f.write(json.dumps({"prompt_id": i, "prompt_ids": r[:width], "ids": r[width:]}) + "\n")
    json.dump(mark, open(f"{out}/{name}.mark.json", "w"))
    json.dump({"name": name, "truth": truth, **extra}, open(f"{out}/{name}.truth.json", "w"))
for n in range(count):
    v = rng.choice([97, 311, 777, 1499, 5003, 12345, 32003, 49999, 65024, 99991, 131072 + 7])
    kind = rng.choice(["lefthash", "selfhash", "synthid", "synthid", "synthid-text"])
    if kind.startswith('synthid') or kind == 'selfhash': v = rng.choice([97, 311, 777, 1499, 5003, 9001])
    m = model(v)
    rows_n, tokens = rng.randrange(1, 6), rng.choice([120, 160])
    width = rng.randrange(1, 20)
    prompts = torch.tensor([[rng.randrange(v) for _ in range(width)] for _ in range(rows_n)])
    temperature, top_k = rng.choice([0.8, 1.0, 1.4]), rng.choice([0, 40, 200])
    mark = {"type": "assay/mark/v1", "name": f"held {seed} {n}", "vocabulary": v}
    common = dict(max_new_tokens=tokens, do_sample=True, temperature=temperature, top_k=top_k)
    t0 = time.time()
    if kind in ("lefthash", "selfhash"):
        if kind == "selfhash": tokens = 120; common["max_new_tokens"] = tokens; common["top_k"] = rng.choice([20, 40])
        key = rng.choice([rng.getrandbits(20) + 3, rng.getrandbits(33) + 1, rng.getrandbits(44), 15485863])
        g, b, w = rng.choice([0.3, 0.5, 0.71] if kind == 'selfhash' else [0.1, 0.3, 0.5, 0.71]), rng.choice([2.5, 4.0, 6.0]), rng.randrange(1, 7)
        cfg = WatermarkingConfig(greenlist_ratio=g, bias=b, hashing_key=key, seeding_scheme=kind, context_width=w)
        mark |= {"scheme": "kgw", "variant": "transformers", "key": str(key), "parameters": {"greenlist_ratio": g, "bias": b, "seeding_scheme": kind, "context_width": w}}
        try: ids = m.generate(prompts, attention_mask=torch.ones_like(prompts), watermarking_config=cfg, **common)
        except IndexError: continue
    elif kind == "synthid":
        nl, depth = rng.randrange(2, 10), rng.randrange(1, 48)
        keys = [rng.getrandbits(rng.choice([10, 31, 62])) for _ in range(depth)]
        hist, size, s, skip = rng.choice([1, 7, 64, 1024, 4000]), rng.choice([2**16, 2**12, 4999, 77777, 2**20]), rng.choice([0, 3, 5, rng.getrandbits(31), rng.getrandbits(36)]), rng.random() < .3
        cfg = SynthIDTextWatermarkingConfig(ngram_len=nl, keys=keys, context_history_size=hist, sampling_table_seed=s, sampling_table_size=size, skip_first_ngram_calls=skip)
        mark |= {"scheme": "synthid", "variant": "transformers", "key": [str(k) for k in keys], "parameters": {"ngram_len": nl, "context_history_size": hist, "sampling_table_size": size, "sampling_table_seed": str(s)}}
        ids = m.generate(prompts, attention_mask=torch.ones_like(prompts), watermarking_config=cfg, **common)
    else:
        nl, depth = rng.randrange(2, 8), rng.randrange(2, 40)
        keys = [rng.getrandbits(62) for _ in range(depth)]
        size, s, leaves = rng.choice([2**16, 2**13, 50021]), rng.choice([0, 11]), rng.choice([2, 3])
        p = SynthIDLogitsProcessor(ngram_len=nl, keys=keys, sampling_table_size=size, sampling_table_seed=s, context_history_size=256, temperature=temperature, top_k=min(max(2, top_k), v - 1) if top_k else v - 1, device=torch.device("cpu"), num_leaves=leaves)
        mark |= {"scheme": "synthid", "variant": "transformers", "key": [str(k) for k in keys], "parameters": {"ngram_len": nl, "sampling_table_size": size, "sampling_table_seed": str(s), "context_history_size": 256}}
        ids = prompts
        with torch.no_grad():
            for _ in range(tokens):
                scores, index, _ = p.watermarked_call(ids, m(ids).logits[:, -1].float())
                pick = torch.multinomial(scores.softmax(-1), 1)
                ids = torch.cat([ids, index.gather(1, pick) if index is not None else pick], 1)
    rows = ids.tolist()
    info = dict(kind=kind, v=v, tokens=tokens, texts=rows_n, seconds=round(time.time() - t0, 1), parameters=mark["parameters"], depth=len(mark["key"]) if isinstance(mark["key"], list) else None, top_k=top_k, temperature=temperature)
    dump(f"{seed}-{n}-marked", rows, width, mark, "marked", **info)
    plain = m.generate(prompts, attention_mask=torch.ones_like(prompts), **common).tolist()
    dump(f"{seed}-{n}-plain", plain, width, mark, "plain", **info)
    # another key, same text
    other = dict(mark)
    other["key"] = [str(rng.getrandbits(62)) for _ in mark["key"]] if isinstance(mark["key"], list) else str(rng.getrandbits(31))
    dump(f"{seed}-{n}-otherkey", rows, width, other, "plain", **info)
    if isinstance(mark["key"], list):
        o = {**mark, "variant": "reference", "parameters": {"ngram_len": mark["parameters"]["ngram_len"]}}
    else:
        o = {**mark, "variant": "original", "parameters": {"gamma": mark["parameters"]["greenlist_ratio"], "seeding_scheme": "algorithm-3"}}
    dump(f"{seed}-{n}-othervariant", rows, width, o, "plain", **info)
    print(n, info, flush=True)
