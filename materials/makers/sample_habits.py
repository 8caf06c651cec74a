"""Answers of small models as honest hosts of a completions interface serve them, each with a habit that no control has.

    python materials/makers/sample_habits.py MODELS FOLDER [PART PARTS]

MODELS is what train_endpoints.py wrote, FOLDER what sample_endpoints.py wrote of it: its prompts are asked, and its controls
are those beside which the study holds these answers. One file a model in FOLDER/habits: token ids, uint16,
[habit][prompt][sample][token], in the order of FOLDER/habits/conditions.json. 8 answers a prompt, 6 tokens, temperature 0.5
unless the habit says otherwise. What a host does to texts alone is done by validation/behaviour-substituted.habits.study.ts.
Seeds follow from the names. Some seven seconds of one core a model; a file that is there is not made again.
"""
import hashlib
import json
import math
import os
import sys

import numpy as np
import torch
from tokenizers import Tokenizer

import sample_endpoints
from sample_endpoints import Model

SAMPLES, TOKENS, TEMPERATURE = 8, 6, 0.5
BEGIN, END = 0, 1

# Prompt: begins (None: padded as in training), ends, merges left out. Serving: bits, half, cache. Sampling: the rest.
HABITS = {
    "as the reference": {},
    "no token for the beginning": dict(begins=0),
    "one token for the beginning": dict(begins=1),
    "blanks cut from the prompt's end": dict(ends=""),
    "newlines of another system": dict(ends="\r\n"),
    "a blank for each newline": dict(ends=" "),
    "tokenizer files without their last forty merges": dict(merges=40),
    "two tokens an answer": dict(tokens=2),
    "twelve tokens an answer": dict(tokens=12),
    "no end before the sixth token": dict(no_end=True),
    "top-p 0.8": dict(top_p=0.8),
    "min-p 0.2": dict(min_p=0.2),
    "top-k 40, top-p 0.95, min-p 0.05": dict(top_k=40, top_p=0.95, min_p=0.05),
    "the same and repetition penalty 1.1": dict(top_k=40, top_p=0.95, min_p=0.05, penalty=1.1),
    "repetition penalty 1.1": dict(penalty=1.1),
    "repetition penalty 1.2": dict(penalty=1.2),
    "presence penalty 0.5": dict(presence=0.5),
    "temperature 0": dict(temperature=0),
    "temperature not heard (1)": dict(temperature=1),
    "temperature 1, top-p 0.9": dict(temperature=1, top_p=0.9),
    "half precision (bf16)": dict(half=True),
    "keys and values in int8": dict(cache="int8"),
    "keys and values in fp8": dict(cache="fp8"),
    "keys and values in int4": dict(cache="int4"),
    "noise of 0.1 in the logits": dict(noise=0.1),
    "a draft accepted 1.1 times too often": dict(loose=1.1),
    "a draft accepted 1.5 times too often": dict(loose=1.5),
    "eight bits": dict(bits=8, group=32),
    "four bits": dict(bits=4, group=64),
}


def rounded(x, kind):
    """Keys or values as a cache of fewer bits holds them, one scale a vector."""
    if kind in ("fp8", "bf16"):
        return x.to(torch.float8_e4m3fn if kind == "fp8" else torch.bfloat16).to(x.dtype)
    top = 127 if kind == "int8" else 7
    scale = x.abs().amax(-1, keepdim=True).clamp_min(1e-9) / top
    return (x / scale).round() * scale


class Served(Model):
    """The weights as a host holds them."""

    def __init__(self, model, bits=None, group=None, half=False, cache=None):
        held = model.with_bits(bits, group) if bits else model
        self.c, self.cache, self.half = held.c, "bf16" if half else cache, half
        self.w = {k: v.bfloat16().float() if half else v for k, v in held.w.items()}

    def step(self, tokens, at, own, shared=None):
        logits, kept = super().step(tokens, at, own, shared)
        if self.cache:
            kept = [(rounded(k, self.cache), rounded(v, self.cache)) for k, v in kept]
        return logits.bfloat16().float() if self.half else logits, kept


def shares(logits, seen, written, how):
    """What is drawn from: [P, S, V]. `seen` tells the tokens of prompt and answer so far, `written` those of the answer."""
    if "noise" in how:
        logits = logits + how["noise"] * torch.randn(logits.shape, generator=how["g"])
    if "penalty" in how:
        logits = torch.where(seen, torch.where(logits > 0, logits / how["penalty"], logits * how["penalty"]), logits)
    if "presence" in how:
        logits = logits - how["presence"] * written
    barred = torch.zeros(logits.shape[-1])
    barred[[BEGIN, END] if how.get("no_end") else [BEGIN]] = float("-inf")
    logits = logits + barred
    temperature = how.get("temperature", TEMPERATURE)
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    logits = logits / temperature
    if "top_k" in how:
        logits = logits.masked_fill(logits < logits.topk(how["top_k"], -1).values[..., -1:], float("-inf"))
    probs = logits.softmax(-1)
    if "top_p" in how:
        order = probs.sort(-1, descending=True)
        cut = order.values.cumsum(-1) - order.values >= how["top_p"]
        probs = torch.zeros_like(probs).scatter(-1, order.indices, order.values.masked_fill(cut, 0))
    if "min_p" in how:
        probs = probs.masked_fill(probs < how["min_p"] * probs.amax(-1, keepdim=True), 0)
    return probs


def speculative(p, q, loose):
    """What comes out where a draft of q is accepted with probability min(1, loose p / q), and p's excess is drawn otherwise."""
    p, q = (x / x.sum(-1, keepdim=True) for x in (p, q))
    accepted = torch.minimum(q, loose * p)
    excess = (p - q).clamp_min(0)
    excess = excess / excess.sum(-1, keepdim=True).clamp_min(1e-12)
    out = accepted + (1 - accepted.sum(-1, keepdim=True)).clamp_min(0) * excess
    return out / out.sum(-1, keepdim=True)


@torch.no_grad()
def answers(served, draft, rows, samples, tokens, how):
    """rows: token ids [P, T] -> ids [P, samples, tokens]."""
    prompts = torch.tensor(rows)
    P, T = prompts.shape
    V = served.w["model.embed_tokens.weight"].shape[0]
    seen = written = None
    if "penalty" in how or "presence" in how:
        seen = torch.zeros(P, 1, V, dtype=torch.bool).scatter(2, prompts[:, None], True).expand(P, samples, V).clone()
        written = torch.zeros(P, samples, V)
    models = [served] + ([draft] if draft else [])
    states = []
    for model in models:
        logits, kept = model.step(prompts[:, None], torch.arange(T), None)
        states.append([logits.expand(-1, samples, -1), [(k[:, 0], v[:, 0]) for k, v in kept], None])
    out = []
    for i in range(tokens):
        if i:
            for model, state in zip(models, states):
                state[0], state[2] = model.step(out[-1][..., None], torch.arange(T + i - 1, T + i), state[2], state[1])
        probs = shares(states[0][0], seen, written, how)
        if draft:
            probs = speculative(probs, shares(states[1][0], seen, written, how), how["loose"])
        token = torch.multinomial(probs.reshape(-1, V), 1, generator=how["g"]).view(P, samples)
        if seen is not None:
            seen.scatter_(2, token[..., None], True)
            written.scatter_(2, token[..., None], 1)
        out.append(token)
    return torch.stack(out, -1)


def without_merges(path, count):
    made = json.load(open(path))
    made["model"]["merges"] = made["model"]["merges"][:-count]
    kept = {"".join(m if isinstance(m, list) else m.split(" ")) for m in made["model"]["merges"]}
    whole = json.load(open(path))["model"]["merges"][-count:]
    for m in whole:
        text = "".join(m if isinstance(m, list) else m.split(" "))
        assert text not in kept
    return Tokenizer.from_str(json.dumps(made))


def main(models, folder, part=0, parts=1):
    out = f"{folder}/habits"
    os.makedirs(out, exist_ok=True)
    asked = json.load(open(f"{folder}/conditions.json"))
    path = f"{models}/m00/tokenizer.json"
    tokenizer = Tokenizer.from_file(path)
    fewer = without_merges(path, 40)
    encode = lambda text, by=tokenizer: by.encode(text, add_special_tokens=False).ids
    stripped = [[i for i in row if i != BEGIN] for row in asked["prompts"]]
    newline = encode("\n")
    assert all(row[-len(newline):] == newline for row in stripped)
    width = len(asked["prompts"][0])

    def rows_of(begins=None, ends=None, merges=0):
        made = []
        for row in stripped:
            ids = row
            if merges:
                ids = encode(tokenizer.decode(row), fewer)
            if ends is not None:
                ids = row[:-len(newline)] + encode(ends)
            pad = width - len(row) if begins is None else begins
            made.append([BEGIN] * pad + ids)
        return made

    json.dump({"habits": [{"name": n, "tokens": h.get("tokens", TOKENS)} for n, h in HABITS.items()], "samples": SAMPLES},
              open(f"{out}/conditions.json", "w"))
    names = sorted(n for n in os.listdir(models) if os.path.isdir(f"{models}/{n}"))
    for name in [n for n in names if n not in ("m00", "m01", "m02", "m03")][part::parts]:
        path = f"{out}/{name}.u16"
        if os.path.exists(path):
            continue
        model = Model(f"{models}/{name}")
        draft = Served(model, bits=2, group=32)
        whole = []
        for habit, how in HABITS.items():
            seed = int.from_bytes(hashlib.sha256(f"{name}/{habit}".encode()).digest()[:6], "big")
            how = dict(how, g=torch.Generator().manual_seed(seed))
            take = lambda *keys: {k: how.pop(k) for k in keys if k in how}
            rows, served = rows_of(**take("begins", "ends", "merges")), Served(model, **take("bits", "group", "half", "cache"))
            tokens = how.pop("tokens", TOKENS)
            ids = np.zeros((len(rows), SAMPLES, tokens), np.uint16)
            for length in sorted({len(row) for row in rows}):
                which = [i for i, row in enumerate(rows) if len(row) == length]
                drawn = answers(served, draft if "loose" in how else None, [rows[i] for i in which], SAMPLES, tokens, how)
                ids[which] = drawn.numpy().astype(np.uint16)
            whole.append(ids.reshape(-1))
        np.concatenate(whole).tofile(path + ".part")
        os.rename(path + ".part", path)
        print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
