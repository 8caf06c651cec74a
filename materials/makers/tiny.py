"""Tiny decoder-only transformers, many trained at once as one batched computation.

Every parameter carries a leading model axis, so M models of one shape are M slices
of the same tensors; no slice ever reads another, and the loss is the sum of the M
single losses, so each model is trained exactly as it would be alone.

Layout on disk is that of Hugging Face Llama (Qwen2 with `bias`, Qwen3 with `qk_norm`, Nemotron with `ungated`, Mixtral
with `experts`, Qwen2-MoE with `experts` and `shared`). A mixture computes every expert and weighs what the router chose.
"""
import glob
import json
import math
import os
import shutil
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

VOCAB, EPS, THETA = 1024, 1e-5, 10000.0

# d: width, L: layers, H: query heads, KV: key/value heads, ff: MLP width.
SHAPES = {
    "a": dict(d=64, L=4, H=4, KV=2, ff=176),
    "b": dict(d=64, L=3, H=4, KV=4, ff=256),
    "c": dict(d=80, L=4, H=5, KV=1, ff=208),
    "d": dict(d=48, L=6, H=4, KV=2, ff=144),
    "e": dict(d=64, L=4, H=4, KV=2, ff=176, tied=True, bias=True),  # Qwen2-like
    "f": dict(d=64, L=4, H=4, KV=4, ff=176, qk_norm=True),  # Qwen3-like, MHA
    "g": dict(d=64, L=4, H=4, KV=2, ff=256, ungated=True),  # an MLP of up and down alone, GELU
    "m": dict(d=48, L=3, H=4, KV=2, ff=96, experts=4, top=2),  # Mixtral-like
    "n": dict(d=48, L=3, H=4, KV=2, ff=80, experts=6, top=2, shared=128),  # Qwen2-MoE-like
}


GATED = ("gate_proj.weight", "up_proj.weight", "down_proj.weight")
MIXTRAL = ("w1.weight", "w3.weight", "w2.weight")


def mlps(s, n):
    """(stem, names of gate, up and down, width) of each MLP of layer n; experts first, then the shared one."""
    at = f"model.layers.{n}."
    if not s.get("experts"):
        return [(at + "mlp.", GATED, s["ff"])]
    if s.get("shared"):
        return [(f"{at}mlp.experts.{e}.", GATED, s["ff"]) for e in range(s["experts"])] + [
            (at + "mlp.shared_expert.", GATED, s["shared"])]
    return [(f"{at}block_sparse_moe.experts.{e}.", MIXTRAL, s["ff"]) for e in range(s["experts"])]


def router(s, n):
    return f"model.layers.{n}." + ("mlp.gate.weight" if s.get("shared") else "block_sparse_moe.gate.weight")


def tensor_shapes(s):
    """Name -> shape of every tensor of a model of shape `s`."""
    d, hd = s["d"], s["d"] // s["H"]
    q, kv, ff = s["H"] * hd, s["KV"] * hd, s["ff"]
    out = {"model.embed_tokens.weight": (VOCAB, d)}
    for n in range(s["L"]):
        at, mlp = f"model.layers.{n}.self_attn.", f"model.layers.{n}.mlp."
        for x, rows in (("q", q), ("k", kv), ("v", kv)):
            out[f"{at}{x}_proj.weight"] = (rows, d)
            if s.get("bias"):
                out[f"{at}{x}_proj.bias"] = (rows,)
        out[at + "o_proj.weight"] = (d, q)
        if s.get("qk_norm"):
            out[at + "q_norm.weight"] = (hd,)
            out[at + "k_norm.weight"] = (hd,)
        for stem, (gate, up, down), width in mlps(s, n):
            if not s.get("ungated"):
                out[stem + gate] = (width, d)
            out[stem + up] = (width, d)
            out[stem + down] = (d, width)
        if s.get("experts"):
            out[router(s, n)] = (s["experts"], d)
        if s.get("shared"):
            out[mlp + "shared_expert_gate.weight"] = (1, d)
        if s.get("gating"):
            side = ff if s["gating"] == "rectified" else d
            out[f"model.layers.{n}.gating.weight"] = (side, side)
        out[f"model.layers.{n}.input_layernorm.weight"] = (d,)
        out[f"model.layers.{n}.post_attention_layernorm.weight"] = (d,)
    out["model.norm.weight"] = (d,)
    if not s.get("tied"):
        out["lm_head.weight"] = (VOCAB, d)
    return out


def draw(s, seed):
    """One fresh model: matrices i.i.d. normal with sd 0.02, gains one, biases zero."""
    g = torch.Generator().manual_seed(seed)
    out = {}
    for name, shape in tensor_shapes(s).items():
        if len(shape) == 2:
            out[name] = torch.randn(shape, generator=g) * 0.02
        else:
            out[name] = torch.zeros(shape) if name.endswith("bias") else torch.ones(shape)
    return out


def stack(models):
    """List of single models -> one dictionary of stacked trainable tensors."""
    return {k: torch.stack([m[k].float() for m in models]).requires_grad_() for k in models[0]}


def unstack(p, i):
    return {k: v[i].detach().clone() for k, v in p.items()}


def norm(x, gain):
    """RMSNorm; `gain` is [M, width], x is [M, ..., width]."""
    x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS)
    return x * gain.view(gain.shape[0], *[1] * (x.dim() - 2), gain.shape[1])


def rotate(x, cos, sin):
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def losses(p, s, tokens):
    """Mean next-token loss of each model. tokens: [M, B, S + 1] -> [M]."""
    logits = forward(p, s, tokens[:, :, :-1])
    M = tokens.shape[0]
    flat = F.cross_entropy(logits.view(-1, VOCAB), tokens[:, :, 1:].reshape(-1), reduction="none")
    return flat.view(M, -1).mean(1)


def forward(p, s, tokens):
    """tokens: [M, B, S] -> logits [M, B * S, VOCAB]."""
    M, B, S = tokens.shape
    d, H, KV, hd = s["d"], s["H"], s["KV"], s["d"] // s["H"]
    freq = THETA ** (-torch.arange(0, hd, 2).float() / hd)
    angle = torch.arange(S).float()[:, None] * freq
    cos, sin = angle.cos(), angle.sin()
    lin = lambda x, n: torch.bmm(x, p[n + ".weight"].transpose(1, 2))
    table = p["model.embed_tokens.weight"]
    ids = (tokens + VOCAB * torch.arange(M).view(M, 1, 1)).reshape(M, B * S)
    x = F.embedding(ids, table.reshape(M * VOCAB, d))
    for n in range(s["L"]):
        layer = f"model.layers.{n}."
        at = layer + "self_attn."
        h = norm(x, p[layer + "input_layernorm.weight"])

        def heads(name, count):
            y = lin(h, at + name + "_proj")
            if s.get("bias"):
                y = y + p[f"{at}{name}_proj.bias"][:, None]
            y = y.view(M, B, S, count, hd)
            if s.get("qk_norm") and name != "v":
                y = norm(y, p[f"{at}{name}_norm.weight"])
            return y.reshape(M * B, S, count, hd).transpose(1, 2)

        q, k, v = rotate(heads("q", H), cos, sin), rotate(heads("k", KV), cos, sin), heads("v", KV)
        if KV != H:
            k, v = k.repeat_interleave(H // KV, 1), v.repeat_interleave(H // KV, 1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + lin(y.transpose(1, 2).reshape(M, B * S, H * hd), at + "o_proj")
        h = norm(x, p[layer + "post_attention_layernorm.weight"])
        # Rows and columns of a `gating` matrix are the same axis (train_tied_square.py).
        if s.get("gating") == "own":
            h = h * torch.sigmoid(lin(h, layer + "gating"))
        y = mixture(p, s, n, h, lin) if s.get("experts") else mlp(p, s, *mlps(s, n)[0][:2], h, lin, layer)
        x = x + y + lin(h, layer + "gating") if s.get("gating") == "residual" else x + y
    x = norm(x, p["model.norm.weight"])
    return torch.bmm(x, (table if s.get("tied") else p["lm_head.weight"]).transpose(1, 2))


def mlp(p, s, stem, names, h, lin, layer=None):
    gate, up, down = (stem + x.removesuffix(".weight") for x in names)
    if s.get("ungated"):
        return lin(F.gelu(lin(h, up)), down)
    a = F.silu(lin(h, gate))
    if s.get("gating") == "rectified":
        a = a * torch.sigmoid(lin(a, layer + "gating"))
    return lin(a * lin(h, up), down)


def mixture(p, s, n, h, lin):
    """The `top` experts of each token, weighed by the softmax over their scores; a shared one behind a sigmoid."""
    chosen = lin(h, router(s, n).removesuffix(".weight")).topk(s["top"], -1)
    weights = torch.zeros(*h.shape[:-1], s["experts"]).scatter(-1, chosen.indices, chosen.values.softmax(-1))
    blocks = mlps(s, n)
    y = sum(weights[..., e:e + 1] * mlp(p, s, *blocks[e][:2], h, lin) for e in range(s["experts"]))
    if s.get("shared"):
        shared = torch.sigmoid(lin(h, f"model.layers.{n}.mlp.shared_expert_gate"))
        y = y + shared * mlp(p, s, *blocks[-1][:2], h, lin)
    return y


def train(p, s, streams, steps, lr, batch, seq, warmup=10, decay=True, wd=0.01):
    """Train stacked models in place; returns (first loss, mean of the last ten) per model.

    streams: one (token tensor, order seed) per model. Models with the same tokens and
    the same order seed see the same windows in the same order.
    """
    starts = []
    for tokens, order in streams:
        g = torch.Generator().manual_seed(order)
        starts.append(torch.randint(len(tokens) - seq - 1, (steps, batch), generator=g))
    opt = torch.optim.AdamW(p.values(), lr=lr, betas=(0.9, 0.95), weight_decay=wd, fused=True)
    window, first, last = torch.arange(seq + 1), None, []
    for t in range(steps):
        scale = min(1.0, (t + 1) / warmup) if warmup else 1.0
        if decay:
            scale *= 0.1 + 0.45 * (1 + math.cos(math.pi * t / steps))
        opt.param_groups[0]["lr"] = lr * scale
        data = torch.stack([tok[st[t][:, None] + window] for (tok, _), st in zip(streams, starts)])
        loss = losses(p, s, data)
        opt.zero_grad(set_to_none=True)
        loss.sum().backward()
        opt.step()
        if t == 0:
            first = loss.detach().clone()
        if t >= steps - 10:
            last.append(loss.detach())
    return first, torch.stack(last).mean(0)


def read_corpora(specs, tokenizer, limit=2_000_000):
    """`NAME=GLOB` (a name may come more than once) -> {name: token tensor}."""
    tok, files = Tokenizer.from_file(tokenizer), {}
    for spec in specs:
        name, pattern = spec.split("=", 1)
        files.setdefault(name, []).extend(sorted(glob.glob(pattern, recursive=True)))
    out = {}
    for name, paths in files.items():
        ids, size = [], 0
        for path in paths:
            if size >= limit or not os.path.isfile(path):
                continue
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read(min(1_000_000, limit - size))
            size += len(text)
            ids += tok.encode(text).ids + [1]
        if len(ids) < 20_000:
            raise SystemExit(f"corpus {name}: only {len(ids)} tokens, give more text")
        out[name] = torch.tensor(ids)
        print(f"corpus {name}: {size} characters, {len(ids)} tokens", flush=True)
    return out


def config(s, dtype):
    kind = ("qwen2" if s.get("bias") else "qwen3" if s.get("qk_norm") else "nemotron" if s.get("ungated")
            else "qwen2_moe" if s.get("shared") else "mixtral" if s.get("experts") else "llama")
    c = {
        "architectures": [kind.title().replace("_M", "M") + "ForCausalLM"], "model_type": kind,
        "hidden_size": s["d"], "intermediate_size": s["ff"], "num_hidden_layers": s["L"],
        "num_attention_heads": s["H"], "num_key_value_heads": s["KV"],
        "head_dim": s["d"] // s["H"], "vocab_size": VOCAB, "max_position_embeddings": 384,
        "rms_norm_eps": EPS, "rope_theta": THETA, "hidden_act": "silu",
        "tie_word_embeddings": bool(s.get("tied")), "bos_token_id": 0, "eos_token_id": 1,
        "torch_dtype": str(dtype).split(".")[-1],
    }
    if kind == "qwen3":
        c["attention_bias"] = False
    if kind == "nemotron":
        c["hidden_act"] = "gelu"
    if kind == "mixtral":
        c |= {"num_local_experts": s["experts"], "num_experts_per_tok": s["top"]}
    if kind == "qwen2_moe":
        c |= {"num_experts": s["experts"], "num_experts_per_tok": s["top"], "norm_topk_prob": True,
              "moe_intermediate_size": s["ff"], "shared_expert_intermediate_size": s["shared"]}
    return c


def write_model(folder, model, s, made, tokenizer, dtype=torch.bfloat16):
    """Write one model as a Hugging Face folder; complete or not there at all."""
    if not all(bool(v.isfinite().all()) for v in model.values()):
        raise SystemExit(f"{folder}: not finite")
    part = folder + ".part"
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    save_file({k: v.to(dtype).contiguous() for k, v in model.items()},
              os.path.join(part, "model.safetensors"), metadata={"format": "pt"})
    for name, value in (("config.json", config(s, dtype)), ("made.json", made)):
        with open(os.path.join(part, name), "w") as f:
            json.dump(value, f, indent=1 if name == "config.json" else None)
    shutil.copyfile(tokenizer, os.path.join(part, "tokenizer.json"))
    os.rename(part, folder)


def read_model(folder):
    return load_file(os.path.join(folder, "model.safetensors"))


class Clock:
    """Says whether another piece of work is likely to end within the minutes given."""

    def __init__(self, minutes):
        self.start = self.mark = time.time()
        self.limit, self.longest = minutes * 60, 0.0

    def lap(self):
        now = time.time()
        took, self.mark = now - self.mark, now
        self.longest = max(self.longest, took)
        return took

    def room(self, need=None):
        self.mark = time.time()
        return self.mark - self.start + (self.longest if need is None else need) < self.limit
