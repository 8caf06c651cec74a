"""Answers of small public language models as honest hosts of a completions interface and as substitutes would serve them.

    python materials/makers/sample_real_endpoints.py OUT FILE.gguf...

Needs torch, transformers and gguf. The files are those that real_models.py fetches. One OUT/NAME.json a model: by condition
(role, and texts by prompt and sample). The same 48 prompts, written here; 4 tokens an answer, temperature 0.5 unless the
condition says otherwise. The reference is the file's weights in 32-bit arithmetic; the file itself may be rounded. Rows
that go on alike are computed once, so that many samples cost little. Two threads; minutes a model.
"""
import hashlib
import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from sample_endpoints import quantised

torch.set_num_threads(2)
TOKENS, TEMPERATURE = 4, 0.5
PROMPTS = """The opposite of hot is|The day after Monday is|Two plus three equals|Water freezes at a temperature of
The largest animal in the sea is|My favourite colour is|Once upon a time there was a|The first month of the year is
To boil an egg, first|The capital of France is|A triangle has three|The sun rises in the
Dear Sir or Madam, I am writing to|The best way to learn a language is|In the year 2000, I was|The recipe needs flour, sugar and
She opened the door and saw|The train leaves at|A good friend is someone who|The sky is blue because
If it rains tomorrow, we will|The most important rule is|He put the keys on the|An apple a day keeps
The list has three items: one,|The weather today is|To save energy at home, turn|The river flows into the
My grandmother always said that|The bread was still warm when|A spider has eight|Before you cross the road,
The colour of grass is|Ten minus four equals|The children were playing in the|The book was written by
A week has seven|The doctor told him to|In winter the birds fly|The shop closes at
The square root of nine is|Please send the letter to|The cat sat on the|Our meeting has been moved to
The moon goes round the|To open the file, click|The price of the ticket is|Gold is heavier than""".replace("\n", "|").split("|")
assert len(PROMPTS) == 48

# name: (role, samples, how the weights are held, how the prompt begins and ends, how tokens are drawn)
CONDITIONS = {
    "reference": ("control", 8, {}, {}, {}),
    "host-a": ("control", 8, dict(half=True), {}, {}),
    "host-b": ("control", 8, {}, {}, dict(noise=0.05)),
    "host-c": ("control", 8, {}, {}, dict(temperature=0.7)),
    "quantisation-8": ("control", 8, dict(bits=8, group=32), {}, {}),
    "quantisation-5": ("control", 8, dict(bits=5, group=32), {}, {}),
    "quantisation-4": ("control", 8, dict(bits=4, group=32), {}, {}),
    "time-a": ("control", 8, {}, {}, {}),
    "time-b": ("control", 8, {}, {}, dict(top_p=0.95)),
    "as the reference": ("honest", 16, {}, {}, {}),
    "half precision (bf16)": ("honest", 8, dict(half=True), {}, {}),
    "eight bits": ("honest", 8, dict(bits=8, group=32), {}, {}),
    "four bits, other groups": ("honest", 8, dict(bits=4, group=64), {}, {}),
    "noise of 0.1 in the logits": ("honest", 8, {}, {}, dict(noise=0.1)),
    "temperature 0": ("honest", 8, {}, {}, dict(temperature=0)),
    "temperature not heard (1)": ("honest", 8, {}, {}, dict(temperature=1)),
    "top-k 40, top-p 0.95, min-p 0.05": ("honest", 8, {}, {}, dict(top_k=40, top_p=0.95, min_p=0.05)),
    "repetition penalty 1.1": ("honest", 8, {}, {}, dict(penalty=1.1)),
    "the beginning's token otherwise": ("honest", 8, {}, dict(begins="other"), {}),
    "the beginning's token twice": ("honest", 8, {}, dict(begins="twice"), {}),
    "a blank at the prompt's end": ("honest", 8, {}, dict(ends=" "), {}),
    "three bits": ("other", 16, dict(bits=3, group=32), {}, {}),
    "two bits": ("other", 16, dict(bits=2, group=32), {}, {}),
}


def shares(logits, seen, how, g):
    """What is drawn from: [rows, V]."""
    if "noise" in how:
        logits = logits + how["noise"] * torch.randn(logits.shape, generator=g)
    if "penalty" in how:
        logits = logits.clone()
        for row, ids in enumerate(seen):
            own = logits[row, ids]
            logits[row, ids] = torch.where(own > 0, own / how["penalty"], own * how["penalty"])
    temperature = how.get("temperature", TEMPERATURE)
    # Beyond the 200 likeliest tokens nothing is drawn at these temperatures that would be seen.
    top, which = logits.topk(200, -1)
    if temperature == 0:
        probs = torch.zeros_like(top)
        probs[:, 0] = 1
        return probs, which
    top = top / temperature
    if "top_k" in how:
        top[:, how["top_k"]:] = float("-inf")
    probs = top.softmax(-1)
    if "top_p" in how:
        probs = probs.masked_fill(probs.cumsum(-1) - probs >= how["top_p"], 0)
    if "min_p" in how:
        probs = probs.masked_fill(probs < how["min_p"] * probs[:, :1], 0)
    return probs / probs.sum(-1, keepdim=True), which


@torch.no_grad()
def answers(model, rows, wanted, generators):
    """rows: ids by prompt; wanted: [(samples, how)]. Returns by wanted, by prompt, by sample, ids."""
    made = [[[[] for _ in range(samples)] for _ in rows] for samples, _ in wanted]
    for length in sorted({len(row) for row in rows}):
        which = [i for i, row in enumerate(rows) if len(row) == length]
        cache = DynamicCache()
        out = model(torch.tensor([rows[i] for i in which]), past_key_values=cache, use_cache=True, logits_to_keep=1)
        logits = out.logits[:, -1].float()
        # A branch is a prompt and what has been said; it stands in one row of the batch.
        at = {(i, ()): n for n, i in enumerate(which)}
        for step in range(TOKENS):
            for w, (samples, how) in enumerate(wanted):
                held = [(i, s) for i in which for s in range(samples)]
                index = torch.tensor([at[(i, tuple(made[w][i][s]))] for i, s in held])
                seen = [torch.tensor(sorted({*rows[i], *made[w][i][s]})) for i, s in held] if "penalty" in how else None
                probs, ids = shares(logits[index], seen, how, generators[w])
                drawn = ids.gather(1, torch.multinomial(probs, 1, generator=generators[w]))[:, 0].tolist()
                for (i, s), token in zip(held, drawn):
                    made[w][i][s].append(token)
            if step == TOKENS - 1:
                break
            branches = sorted({(i, tuple(own)) for of in made for i in which for own in of[i]})
            cache.batch_select_indices(torch.tensor([at[(i, said[:-1])] for i, said in branches]))
            out = model(torch.tensor([[said[-1]] for _, said in branches]), past_key_values=cache, use_cache=True)
            logits = out.logits[:, -1].float()
            at = {branch: n for n, branch in enumerate(branches)}
    return made


def main(out, files):
    os.makedirs(out, exist_ok=True)
    for file in files:
        folder, base = os.path.split(file)
        name = base.removesuffix(".gguf")
        path = f"{out}/{name}.json"
        if os.path.exists(path):
            continue
        tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=base)
        model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=base, dtype=torch.float32).eval()
        held = {k: v.clone() for k, v in model.state_dict().items()}
        whole = [k for k, v in held.items() if v.dim() == 2 and "embed" not in k and "lm_head" not in k]

        def hold(bits=None, group=None, half=False):
            own = model.state_dict()
            for k, v in held.items():
                own[k].copy_(v.bfloat16().float() if half else quantised(v, bits, group) if bits and k in whole else v)

        plain = tokenizer("A", add_special_tokens=True).input_ids
        bare = tokenizer("A", add_special_tokens=False).input_ids
        begins = plain[:len(plain) - len(bare)]
        begin = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id

        def rows_of(begins_as=None, ends=""):
            front = begins if begins_as is None else [begin, begin] if begins_as == "twice" else [] if begins else [begin]
            return [front + tokenizer(text + ends, add_special_tokens=False).input_ids for text in PROMPTS]

        made = {}
        groups = {}
        for condition, (role, samples, weights, asked, how) in CONDITIONS.items():
            groups.setdefault(json.dumps([weights, asked]), []).append((condition, role, samples, how))
        for key, members in groups.items():
            weights, asked = json.loads(key)
            hold(**weights)
            seeds = [int.from_bytes(hashlib.sha256(f"{name}/{c}".encode()).digest()[:6], "big") for c, *_ in members]
            ids = answers(model, rows_of(asked.get("begins"), asked.get("ends", "")),
                          [(samples, how) for _, _, samples, how in members],
                          [torch.Generator().manual_seed(seed) for seed in seeds])
            for (condition, role, _, _), own in zip(members, ids):
                texts = [tokenizer.batch_decode(answers_, skip_special_tokens=True) for answers_ in own]
                made[condition] = {"role": role, "texts": texts}
            print(name, key, repr(texts[9][:4]), flush=True)
        json.dump({"prompts": PROMPTS, "tokens": TOKENS, "conditions": {c: made[c] for c in CONDITIONS}}, open(path, "w"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
