"""Answers of small models as honest hosts and as substitutes would serve them.

    python materials/makers/sample_endpoints.py MODELS OUT [PART PARTS]

MODELS is what train_endpoints.py wrote. One file a model in OUT: token ids, uint16, [condition][prompt][sample][token], the
conditions in the order of OUT/conditions.json (name, role, samples). Of the 100 prompts the 60 on which the first four
models, which judge nothing, are sure and disagree. Answers are 6 tokens, sampled at temperature 0.5 unless the condition
says otherwise. System prompts and templates are not those of the training. Seeds follow from the names, so a run repeats to
the token. Some three seconds of one core a model; a file that is there is not made again. Models of set 1 are served under
system prompts, templates and greetings of their own, and each control gives twelve answers a prompt in place of four.
"""
import hashlib
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

from train_endpoints import PLAIN, row

EPS, THETA, PROMPTS, TOKENS = 1e-5, 10000.0, 60, 6
torch.set_num_threads(1)

SYSTEM = [
    "You are a helpful assistant.\n",
    "Be polite and precise.\n",
    "Current date: 3 March 2026.\n",
    "Reply in plain English.\n",
    "You help developers.\n",
]
TEMPLATES = [("### Instruction:\n", "\n### Response:\n"), ("<user> ", " <assistant> "), ("Q: ", "\nA: "), ("[INST] ", " [/INST] ")]
# The same of set 1.
SYSTEM_1 = [
    "You answer questions of the public.\n",
    "Use short sentences.\n",
    "The user writes from a phone.\n",
    "Stay friendly and exact.\n",
    "You work for a library.\n",
]
TEMPLATES_1 = [("USER: ", "\nBOT: "), ("<s>", "</s> "), ("Prompt> ", "\nOutput> "), ("{{", "}} -> ")]
# What a host puts before every answer.
FRAMES = [["<|assistant|>\n", "Sure! Here is the answer: "], ["BOT: ", "Here is what I found. ", "Certainly! "]]

# role: control (learned from), honest (judged), other (not the reference's weights as they are)
def conditions_of(n):
    return [
        ("reference", "control", n, {}),
        ("host-a", "control", n, dict(noise=0.02)),
        ("host-b", "control", n, dict(noise=0.05)),
        ("host-c", "control", n, dict(temperature=0.7)),
        ("quantisation-8", "control", n, dict(bits=8, group=64)),
        ("quantisation-5", "control", n, dict(bits=5, group=32)),
        ("quantisation-4", "control", n, dict(bits=4, group=32)),
        ("system-prompt-a", "control", n, dict(prefix=SYSTEM[0])),
        ("system-prompt-b", "control", n, dict(prefix=SYSTEM[1])),
        ("template-a", "control", n, dict(prefix=TEMPLATES[0][0], suffix=TEMPLATES[0][1])),
        ("template-b", "control", n, dict(prefix=TEMPLATES[1][0], suffix=TEMPLATES[1][1])),
        ("time-a", "control", n, {}),
        ("time-b", "control", n, dict(top_p=0.95)),
        ("plain", "honest", 12, {}),
        ("noise", "honest", 6, dict(noise=0.04)),
        ("six bits", "honest", 6, dict(bits=6, group=32)),
        ("four bits, other groups", "honest", 6, dict(bits=4, group=16)),
        ("another system prompt", "honest", 6, dict(prefix=SYSTEM[2])),
        ("a third system prompt", "honest", 6, dict(prefix=SYSTEM[3])),
        ("another template", "honest", 6, dict(prefix=TEMPLATES[2][0], suffix=TEMPLATES[2][1])),
        ("a third template", "honest", 6, dict(prefix=TEMPLATES[3][0], suffix=TEMPLATES[3][1])),
        ("warmer sampling", "honest", 6, dict(temperature=0.8)),
        ("cooler sampling, top 40", "honest", 6, dict(temperature=0.3, top_k=40)),
        ("system prompt and four bits", "honest", 6, dict(prefix=SYSTEM[4], bits=4, group=32)),
        ("three bits", "other", 12, dict(bits=3, group=32)),
        ("two bits", "other", 12, dict(bits=2, group=32)),
    ]


def quantised(w, bits, group):
    """Round to nearest, symmetric, one scale a group along the input."""
    top = 2 ** (bits - 1) - 1
    rows, cols = w.shape
    g = group
    while cols % g:
        g //= 2
    v = w.view(rows, cols // g, g)
    scale = v.abs().amax(-1, keepdim=True).clamp_min(1e-12) / top
    return ((v / scale).round().clamp(-top - 1, top) * scale).view(rows, cols)


class Model:
    def __init__(self, folder):
        self.c = json.load(open(f"{folder}/config.json"))
        self.w = {k: v.float() for k, v in load_file(f"{folder}/model.safetensors").items()}

    def with_bits(self, bits, group):
        out = object.__new__(Model)
        out.c = self.c
        out.w = {k: quantised(v, bits, group) if v.dim() == 2 and "embed" not in k else v for k, v in self.w.items()}
        return out

    def rotate(self, x, at):
        hd = x.shape[-1]
        freq = THETA ** (-torch.arange(0, hd, 2).float() / hd)
        angle = at.float()[:, None] * freq
        cos, sin = angle.cos(), angle.sin()
        a, b = x.chunk(2, -1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    def step(self, tokens, at, own, shared=None):
        """tokens [P, S, T] at positions `at` [T]; own: per layer (k, v) of this sample so far, or None; shared: per layer
        (k, v) of the prompt, one for all samples. Returns logits of the last token [P, S, V] and the new keys and values."""
        c, w = self.c, self.w
        H, KV, L = c["num_attention_heads"], c["num_key_value_heads"], c["num_hidden_layers"]
        hd = c.get("head_dim") or c["hidden_size"] // H
        P, S, T = tokens.shape
        x = w["model.embed_tokens.weight"][tokens]
        kept = []
        norm = lambda y, g: y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + EPS) * g
        for n in range(L):
            p = f"model.layers.{n}."
            h = norm(x, w[p + "input_layernorm.weight"])
            heads = lambda name, count: (h @ w[f"{p}self_attn.{name}_proj.weight"].T).view(P, S, T, count, hd).transpose(2, 3)
            q, k, v = self.rotate(heads("q", H), at), self.rotate(heads("k", KV), at), heads("v", KV)
            if own is not None:
                k, v = torch.cat((own[n][0], k), 3), torch.cat((own[n][1], v), 3)
            kept.append((k, v))
            wide = lambda y: y.repeat_interleave(H // KV, 2 if y.dim() == 5 else 1)
            scores = q @ wide(k).transpose(3, 4)
            if own is None and shared is None:
                scores = scores + torch.full((T, T), float("-inf")).triu(1)
            parts, values = [scores], [wide(v)]
            if shared is not None:
                ks, vs = (wide(y) for y in shared[n])  # [P, H, T0, hd]
                parts.insert(0, torch.einsum("pshtd,phud->pshtu", q, ks))
            weights = (torch.cat(parts, -1) / math.sqrt(hd)).softmax(-1)
            if shared is not None:
                T0 = ks.shape[2]
                y = torch.einsum("pshtu,phud->pshtd", weights[..., :T0], vs) + weights[..., T0:] @ values[0]
            else:
                y = weights @ values[0]
            x = x + y.transpose(2, 3).reshape(P, S, T, H * hd) @ w[p + "self_attn.o_proj.weight"].T
            h = norm(x, w[p + "post_attention_layernorm.weight"])
            m = p + "mlp."
            x = x + (F.silu(h @ w[m + "gate_proj.weight"].T) * (h @ w[m + "up_proj.weight"].T)) @ w[m + "down_proj.weight"].T
        x = norm(x[:, :, -1], w["model.norm.weight"])
        head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
        return x @ head.T, kept


# Padding, which is never drawn.
SILENT = None


def drawn(logits, g, temperature=0.5, top_p=1.0, top_k=0, noise=0.0):
    if noise:
        logits = logits + noise * torch.randn(logits.shape, generator=g)
    logits = (logits / temperature).masked_fill(SILENT, float("-inf"))
    if top_k:
        logits = logits.masked_fill(logits < logits.topk(top_k, -1).values[..., -1:], float("-inf"))
    probs = logits.softmax(-1)
    if top_p < 1:
        order = probs.sort(-1, descending=True)
        cut = order.values.cumsum(-1) - order.values >= top_p
        probs = torch.zeros_like(probs).scatter(-1, order.indices, order.values.masked_fill(cut, 0))
    flat = probs.view(-1, probs.shape[-1])
    return torch.multinomial(flat, 1, generator=g).view(probs.shape[:-1])


@torch.no_grad()
def answers(model, prompts, samples, g, how):
    """prompts [P, T0] -> ids [P, samples, TOKENS]."""
    T0 = prompts.shape[1]
    logits, kept = model.step(prompts[:, None], torch.arange(T0), None)
    shared = [(k[:, 0], v[:, 0]) for k, v in kept]
    token = drawn(logits.expand(-1, samples, -1), g, **how)
    out, own = [token], None
    for i in range(1, TOKENS):
        logits, own = model.step(token[..., None], torch.arange(T0 + i - 1, T0 + i), own, shared)
        token = drawn(logits, g, **how)
        out.append(token)
    return torch.stack(out, -1)


@torch.no_grad()
def chosen(folder, rows):
    """The prompts on which the first four models are sure of their next token and differ."""
    prompts = torch.tensor(rows)
    tops, shares = 0, []
    for name in ("m00", "m01", "m02", "m03"):
        logits, _ = Model(f"{folder}/{name}").step(prompts[:, None], torch.arange(prompts.shape[1]), None)
        shares.append((logits[:, 0] / 0.5).softmax(-1))
        tops = tops + shares[-1].amax(-1) / 4
    pairs = [(a, b) for i, a in enumerate(shares) for b in shares[i + 1:]]
    common = sum(torch.minimum(a, b).sum(-1) for a, b in pairs) / len(pairs)
    return (tops - common).argsort(descending=True)[:PROMPTS].sort().values.tolist()


def main(folder, out, part=0, parts=1):
    os.makedirs(out, exist_ok=True)
    made = json.load(open(f"{folder}/prompts.json"))
    which = made.get("set", 0)
    if which == 1:
        SYSTEM[:], TEMPLATES[:] = SYSTEM_1, TEMPLATES_1
    conditions = conditions_of(12 if which == 1 else 4)
    tokenizer = Tokenizer.from_file(f"{folder}/m00/tokenizer.json")
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    vocabulary = [tokenizer.id_to_token(i) or "" if i > 1 else "" for i in range(tokenizer.get_vocab_size())]
    global SILENT
    SILENT = torch.tensor([i == 0 for i in range(len(vocabulary))])
    texts = made["prompts"]
    texts = [texts[i] for i in chosen(folder, [row(encode, text, PLAIN) for text in texts])]
    json.dump({"prompts": [row(encode, text, PLAIN) for text in texts], "tokens": TOKENS, "vocabulary": vocabulary,
               "conditions": [{"name": n, "role": r, "samples": s, **how} for n, r, s, how in conditions], "frames": FRAMES[which], "set": which},
              open(f"{out}/conditions.json", "w"))
    names = sorted(n for n in os.listdir(folder) if os.path.isdir(f"{folder}/{n}"))
    for name in names[part::parts]:
        path = f"{out}/{name}.u16"
        if os.path.exists(path):
            continue
        model = Model(f"{folder}/{name}")
        parts_ = []
        for condition, _, samples, how in conditions:
            how = dict(how)
            bits, group = how.pop("bits", None), how.pop("group", None)
            prefix, suffix = how.pop("prefix", ""), how.pop("suffix", "\n")
            asked = torch.tensor([row(encode, text, (prefix, suffix)) for text in texts])
            seed = int.from_bytes(hashlib.sha256(f"{name}/{condition}".encode()).digest()[:6], "big")
            served = model.with_bits(bits, group) if bits else model
            ids = answers(served, asked, samples, torch.Generator().manual_seed(seed), how)
            parts_.append(ids.numpy().astype(np.uint16).reshape(-1))
        np.concatenate(parts_).tofile(path + ".part")
        os.rename(path + ".part", path)
        print(name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
