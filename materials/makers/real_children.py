"""Children of real language models, made as people make them, and each disguised: what `real_models.py` fetched is
trained, adapted, merged, rounded, thinned and rewritten, and written as Hugging Face folders. For studies alone.

  python real_children.py --models FOLDER --of p135 --out OUT --text GLOB [GLOB ...] [--other GLOB ...] [--only NAME ...]

Needs torch, transformers (4.57), peft, gguf, safetensors, numpy. Writes OUT/<of>-<name>/ and OUT/made.json: what was
done, and the mean loss of the child on a text of its own beside its parent's, so that a reader sees whether it still
speaks. Rewrites say besides how far their log-probabilities moved (largest change over that text). Every draw is
seeded. What exists is not made again: a disguised child starts from the folder of the child where that is still there,
in bfloat16 then. `--other` is the text of the children that were trained on in another domain.
"""
import argparse
import copy
import glob
import json
import math
import os
import random

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
STEPS_TOKENS = 128
# Children that others are made of and that cost minutes: kept in memory.
SLOW = ("tuned", "tuned-hard", "lora", "slerp", "layers", "tuned-30", "tuned-100", "tuned-300", "lora-8", "lora-16", "continued")


def drawn(seed):
    g = torch.Generator()
    g.manual_seed(seed)
    return g


# --- what changes the function: training, rounding, thinning ------------------------------------------------------


def batches(ids, count, seed, length=STEPS_TOKENS):
    rng = random.Random(seed)
    for _ in range(count):
        at = rng.randrange(len(ids) - length - 1)
        yield ids[at : at + length].unsqueeze(0)


def trained(model, ids, steps, rate, seed):
    model = copy.deepcopy(model).train()
    chosen = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(chosen, lr=rate, weight_decay=0.01)
    for step, batch in enumerate(batches(ids, steps, seed)):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 5)
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(chosen, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if step % 10 == 9:
            print(f"step {step + 1}, loss {loss.item():.2f}", flush=True)
    return model.eval()


def adapted(model, ids, steps, rate, seed, rank=16):
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(seed)
    every = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    held = get_peft_model(copy.deepcopy(model), LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=every))
    optimiser = torch.optim.AdamW([p for p in held.parameters() if p.requires_grad], lr=rate)
    held.train()
    for step, batch in enumerate(batches(ids, steps, seed)):
        loss = held(input_ids=batch, labels=batch).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        if step % 10 == 9:
            print(f"step {step + 1}, loss {loss.item():.2f}", flush=True)
    return held.merge_and_unload().eval()


MATRICES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def linears(model):
    return [(n, m) for n, m in model.named_modules() if n.endswith(MATRICES)]


def changed(model, change):
    model = copy.deepcopy(model)
    with torch.no_grad():
        for name, m in linears(model):
            m.weight.copy_(change(name, m.weight))
    return model


def rounded(weight, bits, group):
    """To nearest, one scale and zero for `group` values of a row."""
    w = weight.reshape(-1, group) if weight.shape[1] % group == 0 else weight
    low, high = w.min(1, True).values, w.max(1, True).values
    scale = ((high - low) / (2**bits - 1)).clamp_min(1e-12)
    zero = (-low / scale).round()
    return (((w / scale + zero).round().clamp(0, 2**bits - 1) - zero) * scale).reshape(weight.shape)


def gptq(model, ids, bits, group, seed):
    """Frantar et al. 2023: column after column, the error carried into those not yet rounded, in the order of the
    Hessian's diagonal (act-order), scales of a group fixed beforehand (static groups)."""
    model = copy.deepcopy(model)
    gathered = {}
    hooks = [m.register_forward_pre_hook(gatherer(gathered, n)) for n, m in linears(model)]
    with torch.no_grad():
        for batch in batches(ids, 8, seed):
            model(input_ids=batch)
    for h in hooks:
        h.remove()
    with torch.no_grad():
        for name, m in linears(model):
            m.weight.copy_(gptq_matrix(m.weight.clone(), gathered.pop(name), bits, group))
    return model


def gatherer(gathered, name):
    def hook(_, inputs):
        x = inputs[0].reshape(-1, inputs[0].shape[-1])
        gathered[name] = gathered.get(name, 0) + x.T @ x

    return hook


def gptq_matrix(w, hessian, bits, group):
    n = w.shape[1]
    hessian = hessian + torch.eye(n) * (0.01 * hessian.diagonal().mean() + 1e-8)
    low = w.reshape(w.shape[0], -1, group).min(2).values.repeat_interleave(group, 1)
    high = w.reshape(w.shape[0], -1, group).max(2).values.repeat_interleave(group, 1)
    scale = ((high - low) / (2**bits - 1)).clamp_min(1e-12)
    zero = (-low / scale).round()
    order = hessian.diagonal().argsort(descending=True)
    w, scale, zero = w[:, order], scale[:, order], zero[:, order]
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(hessian[order][:, order]))
    upper = torch.linalg.cholesky(inverse, upper=True)
    out = torch.empty_like(w)
    for start in range(0, n, 128):
        end = min(n, start + 128)
        errors = torch.zeros(w.shape[0], end - start)
        for c in range(start, end):
            code = (w[:, c] / scale[:, c] + zero[:, c]).round().clamp(0, 2**bits - 1)
            out[:, c] = (code - zero[:, c]) * scale[:, c]
            e = (w[:, c] - out[:, c]) / upper[c, c]
            w[:, c:end] -= e[:, None] * upper[c, c:end][None]
            errors[:, c - start] = e
        w[:, end:] -= errors @ upper[start:end, end:]
    return out[:, order.argsort()]


def pruned(model, share):
    def change(_, w):
        cut = w.abs().flatten().kthvalue(int(share * w.numel())).values
        return torch.where(w.abs() <= cut, torch.zeros(()), w)

    return changed(model, change)


def with_layers(model, kept):
    model = copy.deepcopy(model)
    model.model.layers = torch.nn.ModuleList([model.model.layers[l] for l in kept])
    for at, layer in enumerate(model.model.layers):
        layer.self_attn.layer_idx = at
    model.config.num_hidden_layers = len(kept)
    if getattr(model.config, "layer_types", None):
        model.config.layer_types = model.config.layer_types[: len(kept)]
    return model


def narrowed(model, share):
    """The units of the longest rows stay, in their order."""
    model = copy.deepcopy(model)
    count = int(share * model.config.intermediate_size) // 8 * 8
    for layer in model.model.layers:
        m = layer.mlp
        weight = m.gate_proj.weight.norm(dim=1) * m.up_proj.weight.norm(dim=1) * m.down_proj.weight.norm(dim=0)
        kept = weight.topk(count).indices.sort().values
        for part, dim in (("gate_proj", 0), ("up_proj", 0), ("down_proj", 1)):
            old = getattr(m, part)
            getattr(m, part).weight = torch.nn.Parameter(old.weight.detach().index_select(dim, kept).contiguous())
    model.config.intermediate_size = count
    return model


def fewer_heads(model):
    """The last key-value head of every layer goes, with the queries that read it."""
    model = copy.deepcopy(model)
    c = model.config
    heads, groups = c.num_attention_heads, c.num_key_value_heads
    dim = getattr(c, "head_dim", None) or c.hidden_size // heads
    share = heads // groups
    q, kv = dim * share * (groups - 1), dim * (groups - 1)
    for layer in model.model.layers:
        a = layer.self_attn
        for part, rows in (("q_proj", q), ("k_proj", kv), ("v_proj", kv)):
            m = getattr(a, part)
            m.weight = torch.nn.Parameter(m.weight.detach()[:rows].contiguous())
            if m.bias is not None:
                m.bias = torch.nn.Parameter(m.bias.detach()[:rows].contiguous())
        a.o_proj.weight = torch.nn.Parameter(a.o_proj.weight.detach()[:, :q].contiguous())
    c.num_attention_heads, c.num_key_value_heads, c.head_dim = share * (groups - 1), groups - 1, dim
    return model


# --- merges (mergekit's methods), all of one parent's children ----------------------------------------------------


def merged(parent, children, how, seed=0):
    out = copy.deepcopy(parent)
    base = parent.state_dict()
    sides = [c.state_dict() for c in children]
    g = drawn(seed)
    with torch.no_grad():
        for name, p in out.state_dict().items():
            a, b = sides[0][name], sides[1][name]
            deltas = torch.stack([a - base[name], b - base[name]])
            if how == "linear":
                p.copy_(0.6 * a + 0.4 * b)
            elif how == "slerp":
                dot = torch.clamp((a * b).sum() / (a.norm() * b.norm() + 1e-12), -1, 1)
                angle = torch.arccos(dot)
                if angle < 1e-4 or p.dim() < 2:
                    p.copy_((a + b) / 2)
                else:
                    p.copy_((torch.sin(angle / 2) * (a + b)) / torch.sin(angle))
            elif how == "ties":
                cut = [torch.quantile(d.abs().flatten()[:: max(1, d.numel() // 100000)], 0.8) for d in deltas]
                kept = torch.stack([torch.where(d.abs() >= c, d, torch.zeros(())) for d, c in zip(deltas, cut)])
                sign = torch.sign(kept.sum(0))
                agree = torch.where(torch.sign(kept) == sign, kept, torch.zeros(()))
                p.copy_(base[name] + agree.sum(0) / (agree != 0).sum(0).clamp_min(1))
            elif how == "dare":
                mask = torch.rand(deltas.shape, generator=g) < 0.3
                p.copy_(base[name] + 0.5 * (deltas * mask / 0.3).sum(0))
    return out


# --- what keeps the function ---------------------------------------------------------------------------------------


def reordered(model, seed, order_of=None):
    """Units of each MLP in another order, up and down turned over at random; value dimensions in another order."""
    model = copy.deepcopy(model)
    g = drawn(seed)
    c = model.config
    dim = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
    with torch.no_grad():
        for layer in model.model.layers:
            m, a = layer.mlp, layer.self_attn
            n = m.up_proj.weight.shape[0]
            order = order_of(m) if order_of else torch.randperm(n, generator=g)
            sign = torch.ones(n) if order_of else (torch.randint(0, 2, (n,), generator=g) * 2 - 1).float()
            m.gate_proj.weight.copy_(m.gate_proj.weight[order].clone())
            m.up_proj.weight.copy_((sign[:, None] * m.up_proj.weight[order]).clone())
            m.down_proj.weight.copy_((sign[None] * m.down_proj.weight[:, order]).clone())
            if order_of:
                continue
            share = c.num_attention_heads // c.num_key_value_heads
            for h in range(c.num_key_value_heads):
                to = torch.randperm(dim, generator=g)
                rows = slice(h * dim, (h + 1) * dim)
                a.v_proj.weight[rows] = a.v_proj.weight[rows][to].clone()
                if a.v_proj.bias is not None:
                    a.v_proj.bias[rows] = a.v_proj.bias[rows][to].clone()
                for q in range(h * share, (h + 1) * share):
                    cols = slice(q * dim, (q + 1) * dim)
                    a.o_proj.weight[:, cols] = a.o_proj.weight[:, cols][:, to].clone()
    return model


def by_strength(m):
    return m.down_proj.weight.norm(dim=0).argsort(descending=True)


def untied(model):
    if model.config.tie_word_embeddings:
        model.lm_head.weight = torch.nn.Parameter(model.model.embed_tokens.weight.detach().clone())
        model.config.tie_word_embeddings = False
    return model


def absorbed(model):
    """Gains of the norms moved into the matrices that read them."""
    model = untied(copy.deepcopy(model))
    with torch.no_grad():
        for layer in model.model.layers:
            a, m = layer.self_attn, layer.mlp
            for norm, readers in (
                (layer.input_layernorm, (a.q_proj, a.k_proj, a.v_proj)),
                (layer.post_attention_layernorm, (m.gate_proj, m.up_proj)),
            ):
                for r in readers:
                    r.weight.mul_(norm.weight[None])
                norm.weight.fill_(1)
        model.lm_head.weight.mul_(model.model.norm.weight[None])
        model.model.norm.weight.fill_(1)
    return model


def conference(q):
    """Paley's symmetric conference matrix of order q + 1, q a prime of the form 4k + 1."""
    squares = {x * x % q for x in range(1, q)}
    c = np.zeros((q + 1, q + 1))
    c[0, 1:] = c[1:, 0] = 1
    for i in range(q):
        for j in range(q):
            if i != j:
                c[i + 1, j + 1] = 1 if (i - j) % q in squares else -1
    return c


def hadamard(n):
    """Sylvester's construction on Paley's second, where n asks for it."""
    if n == 1:
        return np.ones((1, 1))
    for q in (5, 13, 17, 29, 37):
        if n == 2 * (q + 1):
            c = conference(q)
            return np.kron(c, [[1, 1], [1, -1]]) + np.kron(np.eye(q + 1), [[1, -1], [-1, -1]])
    return np.kron([[1, 1], [1, -1]], hadamard(n // 2))


def rotated(model, kind, seed):
    """QuaRot's fused rotations (a Hadamard matrix with random signs; values and outputs of each head by another), or
    any orthogonal matrix, as SpinQuant's learned ones may be."""
    model = absorbed(model)
    d = model.config.hidden_size
    c = model.config
    dim = getattr(c, "head_dim", None) or d // c.num_attention_heads
    rng = np.random.default_rng(seed)
    if kind == "quarot":
        q = hadamard(d) / math.sqrt(d) * rng.choice([-1, 1], d)[None]
    else:
        q, r = np.linalg.qr(rng.standard_normal((d, d)))
        q = q * np.sign(np.diag(r))
    assert np.abs(q @ q.T - np.eye(d)).max() < 1e-10
    q = torch.tensor(q)
    head = torch.tensor(hadamard(dim) / math.sqrt(dim)) if kind == "quarot" else None

    def right(w):
        w.copy_((w.double() @ q).float())

    def left(w):
        w.copy_((q.T @ w.double()).float())

    with torch.no_grad():
        right(model.model.embed_tokens.weight)
        right(model.lm_head.weight)
        for layer in model.model.layers:
            a, m = layer.self_attn, layer.mlp
            for r in (a.q_proj, a.k_proj, a.v_proj, m.gate_proj, m.up_proj):
                right(r.weight)
            for w in (a.o_proj, m.down_proj):
                left(w.weight)
            if head is not None:
                v, o = a.v_proj.weight, a.o_proj.weight
                v.copy_((head.T @ v.double().reshape(-1, dim, d)).reshape(v.shape).float())
                if a.v_proj.bias is not None:
                    b = a.v_proj.bias
                    b.copy_((b.double().reshape(-1, dim) @ head).reshape(b.shape).float())
                o.copy_((o.double().reshape(d, -1, dim) @ head).reshape(o.shape).float())
    return model


def largest(model, ids, seed):
    """Largest and mean size of what each linear map reads, a number a column."""
    seen = {}

    def hook(name):
        def gather(_, inputs):
            x = inputs[0].detach().reshape(-1, inputs[0].shape[-1]).abs()
            top, mean = seen.get(name, (0, 0))
            seen[name] = (torch.maximum(x.max(0).values, torch.as_tensor(top)), mean + x.mean(0) / 8)

        return gather

    hooks = [m.register_forward_pre_hook(hook(n)) for n, m in linears(model)]
    with torch.no_grad():
        for batch in batches(ids, 8, seed):
            model(input_ids=batch)
    for h in hooks:
        h.remove()
    return seen


def scaled(model, ids, kind, seed):
    """SmoothQuant (Xiao et al. 2023), strength 0.5: what channels of a norm's output carry too much goes into the
    matrices. AWQ (Lin et al. 2024): channels that carry much are scaled up in the matrices, also between up and down
    and between value and output."""
    seen = largest(model, ids, seed)
    model = copy.deepcopy(model)
    c = model.config
    share = c.num_attention_heads // c.num_key_value_heads
    dim = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
    with torch.no_grad():
        for l, layer in enumerate(model.model.layers):
            a, m = layer.self_attn, layer.mlp
            at = f"model.layers.{l}."
            for norm, readers, name in (
                (layer.input_layernorm, (a.q_proj, a.k_proj, a.v_proj), "self_attn.q_proj"),
                (layer.post_attention_layernorm, (m.gate_proj, m.up_proj), "mlp.gate_proj"),
            ):
                top, mean = seen[at + name]
                of_weights = torch.stack([r.weight.abs().max(0).values for r in readers]).max(0).values
                s = (top.sqrt() / of_weights.clamp_min(1e-5).sqrt()) if kind == "smoothquant" else mean.sqrt()
                s = s.clamp_min(1e-4)
                s = s / (s.max() * s.min()).sqrt() if kind == "awq" else s
                norm.weight.div_(s)
                for r in readers:
                    r.weight.mul_(s[None])
            if kind != "awq":
                continue
            _, mean = seen[at + "mlp.down_proj"]
            s = mean.clamp_min(1e-5).sqrt()
            s = s / (s.max() * s.min()).sqrt()
            m.down_proj.weight.mul_(s[None])
            m.up_proj.weight.div_(s[:, None])
            _, mean = seen[at + "self_attn.o_proj"]
            s = mean.clamp_min(1e-5).sqrt().reshape(-1, share, dim).mean(1)
            s = s / (s.max() * s.min()).sqrt()
            a.v_proj.weight.div_(s.reshape(-1)[:, None])
            if a.v_proj.bias is not None:
                a.v_proj.bias.div_(s.reshape(-1))
            a.o_proj.weight.mul_(s.repeat_interleave(share, 0).reshape(-1)[None])
    return model


# --- the rows -------------------------------------------------------------------------------------------------------


def log_probabilities(model, ids):
    with torch.no_grad():
        out = model(input_ids=ids.unsqueeze(0)).logits[0].float()
    logs = torch.log_softmax(out[:-1], -1)
    return logs.gather(1, ids[1:, None])[:, 0]


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--models", required=True)
    a.add_argument("--of", required=True)
    a.add_argument("--out", required=True)
    a.add_argument("--text", nargs="+", required=True)
    a.add_argument("--other", nargs="+", default=[])
    a.add_argument("--only", nargs="*")
    a.add_argument("--steps", type=int, default=30)
    o = a.parse_args()
    os.makedirs(o.out, exist_ok=True)
    at = os.path.join(o.out, "made.json")
    made = json.load(open(at)) if os.path.exists(at) else {}
    parent = AutoModelForCausalLM.from_pretrained(o.models, gguf_file=f"{o.of}.gguf", dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(o.models, gguf_file=f"{o.of}.gguf")

    def read(globs):
        files = sorted(f for g in globs for f in glob.glob(g, recursive=True))
        text = "\n".join(open(f, encoding="utf8", errors="ignore").read() for f in files)[:2_000_000]
        return torch.tensor(tokenizer(text)["input_ids"])

    ids, other = read(o.text), read(o.other)
    probe, half = ids[-257:], len(ids) // 2
    first, second = ids[:half], ids[half:-300]
    plain = log_probabilities(parent, probe)
    layers = parent.config.num_hidden_layers
    thinner = [l for l in range(layers) if l % 3 != 1 or l in (0, layers - 1)]
    held = {}

    def child(name):
        if name not in held:
            folder = os.path.join(o.out, f"{o.of}-{name}")
            if os.path.exists(os.path.join(folder, "config.json")):
                held[name] = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
            else:
                held[name] = ROWS[name][1]()
        return held[name]

    ROWS = {
        # What the published statistics read in the parent's place, since they read folders.
        "as-fetched": ("nothing changed, stored as BF16", lambda: parent),
        "tuned": (f"full fine-tune, {o.steps} steps of 128 tokens at 2e-5", lambda: trained(parent, first, o.steps, 2e-5, 1)),
        "tuned-30": ("full fine-tune, 30 steps of 128 tokens at 1e-4", lambda: trained(parent, first, 30, 1e-4, 21)),
        "tuned-100": ("full fine-tune, 100 steps (30, then 70) at 1e-4", lambda: trained(child("tuned-30"), first, 70, 1e-4, 27)),
        "tuned-300": ("full fine-tune, 300 steps (30, 70, 200) at 1e-4", lambda: trained(child("tuned-100"), first, 200, 1e-4, 28)),
        "lora-8": ("LoRA of rank 8 on all matrices, 30 steps at 2e-4, merged", lambda: adapted(parent, first, 30, 2e-4, 22, 8)),
        "lora-16": ("LoRA of rank 16 on all matrices, 60 steps at 5e-4, merged", lambda: adapted(parent, second, 60, 5e-4, 23)),
        "continued": ("trained on, 60 steps of 128 tokens of fiction at 5e-4", lambda: trained(parent, other, 60, 5e-4, 24)),
        "tuned-hard": (f"full fine-tune, {2 * o.steps} steps at 3e-4", lambda: trained(parent, second, 2 * o.steps, 3e-4, 2)),
        "lora": (f"LoRA of rank 16 on all matrices, {o.steps} steps at 2e-4, merged", lambda: adapted(parent, second, o.steps, 2e-4, 3)),
        "linear": ("0.6 tuned + 0.4 lora", lambda: merged(parent, (child("tuned"), child("lora")), "linear")),
        "slerp": ("SLERP of tuned-hard and lora at one half", lambda: merged(parent, (child("tuned-hard"), child("lora")), "slerp")),
        "ties": ("TIES of tuned-hard and lora, density 0.2", lambda: merged(parent, (child("tuned-hard"), child("lora")), "ties")),
        "dare": ("DARE of tuned-hard and lora, density 0.3", lambda: merged(parent, (child("tuned-hard"), child("lora")), "dare", 4)),
        "int8": ("to nearest in 8 bits, groups of 64", lambda: changed(parent, lambda _, w: rounded(w, 8, 64))),
        "int4": ("to nearest in 4 bits, groups of 64", lambda: changed(parent, lambda _, w: rounded(w, 4, 64))),
        "int3": ("to nearest in 3 bits, groups of 64", lambda: changed(parent, lambda _, w: rounded(w, 3, 64))),
        "gptq4": ("GPTQ in 4 bits, groups of 64, act-order", lambda: gptq(parent, first, 4, 64, 5)),
        "pruned": ("half of all values set to nought", lambda: pruned(parent, 0.5)),
        "layers": (f"{len(thinner)} of {layers} layers kept", lambda: with_layers(parent, thinner)),
        "layers-healed": (f"{len(thinner)} of {layers} layers kept, then {o.steps} steps at 1e-4", lambda: trained(child("layers"), first, o.steps, 1e-4, 6)),
        "units": ("three quarters of the units of each MLP kept", lambda: narrowed(parent, 0.75)),
        "heads": ("one key-value head a layer dropped", lambda: fewer_heads(parent)),
        "absorbed": ("gains of norms moved into matrices", lambda: absorbed(parent)),
        "smoothquant": ("SmoothQuant's scales", lambda: scaled(parent, first, "smoothquant", 7)),
        "awq": ("AWQ's scales", lambda: scaled(parent, first, "awq", 7)),
        "sorted": ("units sorted by strength", lambda: reordered(parent, 0, by_strength)),
        "quarot": ("QuaRot's rotations", lambda: rotated(parent, "quarot", 8)),
        "rotated": ("any rotation of the residual stream", lambda: rotated(parent, "any", 9)),
        "reordered": ("units and value dimensions in another order", lambda: reordered(parent, 10)),
    }
    for name, what in [
        ("tuned", "tuned"), ("tuned-hard", "tuned-hard"), ("lora", "lora"), ("slerp", "slerp"), ("ties", "ties"),
        ("int4", "int4"), ("int3", "int3"), ("gptq4", "gptq4"), ("pruned", "pruned"), ("layers", "layers"),
        ("layers-healed", "layers-healed"), ("units", "units"), ("heads", "heads"), ("absorbed", "absorbed"),
        ("smoothquant", "smoothquant"), ("awq", "awq"), ("quarot", "quarot"),
    ]:
        ROWS[f"{name}-reordered"] = (f"{ROWS[what][0]}; then units in another order", lambda what=what: reordered(child(what), 11))
    for how, what, a, b in [
        ("slerp", "SLERP at one half", "tuned-30", "lora-8"), ("ties", "TIES, density 0.2", "tuned-30", "lora-8"),
        ("linear", "0.6 and 0.4", "tuned-100", "continued"), ("dare", "DARE, density 0.3", "tuned-100", "lora-16"),
    ]:
        ROWS[f"{how}-merge"] = (f"{what}: of {a} and {b}", lambda how=how, a=a, b=b: merged(parent, (child(a), child(b)), how, 25))

    def other_layers_drawn(model, kept, seed):
        """What stands in the place of the others is nobody's: as a host's layers would, it owes nothing to the parent."""
        model = copy.deepcopy(model)
        g = drawn(seed)
        with torch.no_grad():
            for l, layer in enumerate(model.model.layers):
                if l in kept:
                    continue
                for p in layer.parameters():
                    if p.dim() > 1:
                        p.copy_(torch.randn(p.shape, generator=g) * p.std())
        return model

    third = list(range(layers // 3, layers // 3 + -(-layers // 3)))
    ROWS["sorted-quarot"] = ("units sorted by strength; QuaRot's rotations", lambda: rotated(child("sorted"), "quarot", 13))
    ROWS["quarot-int8"] = ("QuaRot's rotations; 8 bits", lambda: changed(child("quarot"), lambda _, w: rounded(w, 8, 64)))
    ROWS["quarot-int4"] = ("QuaRot's rotations; 4 bits", lambda: changed(child("quarot"), lambda _, w: rounded(w, 4, 64)))
    for name, what in [
        ("tuned", "tuned"), ("tuned-hard", "tuned-hard"), ("lora", "lora"), ("heads", "heads"), ("units", "units"),
        ("layers", "layers"), ("smoothquant", "smoothquant"), ("awq", "awq"), ("slerp", "slerp"),
    ]:
        ROWS[f"{name}-quarot-reordered"] = (
            f"{ROWS[what][0]}; QuaRot's rotations; units in another order",
            lambda what=what: reordered(rotated(child(what), "quarot", 13), 14),
        )
    ROWS["third-quarot"] = (
        f"{len(third)} of {layers} layers alone, from the middle; QuaRot's rotations",
        lambda: rotated(with_layers(parent, third), "quarot", 15),
    )
    ROWS["third-hosted-quarot"] = (
        f"{len(third)} of {layers} layers from the middle, the others drawn anew; QuaRot's rotations",
        lambda: rotated(other_layers_drawn(parent, third, 16), "quarot", 15),
    )
    ROWS["lora-awq-int4-sorted"] = (
        "LoRA merged; AWQ's scales; 4 bits; units sorted",
        lambda: reordered(changed(scaled(child("lora"), first, "awq", 7), lambda _, w: rounded(w, 4, 64)), 0, by_strength),
    )
    ROWS["slerp-layers-units-int4-reordered"] = (
        "SLERP of two children; a third of the layers dropped; three quarters of the units kept; 4 bits; units in another order",
        lambda: reordered(changed(narrowed(with_layers(child("slerp"), thinner), 0.75), lambda _, w: rounded(w, 4, 64)), 12),
    )
    # Every child in every disguise: what a child is, then what was done to hide it.
    middle = list(range(layers // 2 - layers // 4, layers // 2 - layers // 4 + layers // 2))
    every_other = list(range(0, layers, 2))
    for name, (how, _) in list(ROWS.items()):
        if "reordered" in name or "quarot" in name or name in ("as-fetched", "sorted", "lora-awq-int4-sorted"):
            continue
        disguises = {
            "reordered": ("units in another order", lambda m: reordered(m, 11)),
            "sorted": ("units sorted by strength", lambda m: reordered(m, 0, by_strength)),
            "quarot-reordered": ("QuaRot's rotations; units in another order", lambda m: reordered(rotated(m, "quarot", 13), 14)),
            "half-reordered": (
                f"{len(middle)} of {layers} layers, from the middle, the others drawn anew; units in another order",
                lambda m: reordered(other_layers_drawn(m, middle, 16), 17),
            ),
            "half-quarot-reordered": (
                f"{len(middle)} of {layers} layers, from the middle, the others drawn anew; QuaRot's rotations; units in another order",
                lambda m: reordered(rotated(other_layers_drawn(m, middle, 16), "quarot", 13), 17),
            ),
            "half-healed-reordered": (
                f"{len(middle)} of {layers} layers, from the middle, the others drawn anew; then {o.steps} steps at 3e-4; units in another order",
                lambda m: reordered(trained(other_layers_drawn(m, middle, 16), first, o.steps, 3e-4, 26), 17),
            ),
            "alternate-reordered": (
                f"every other layer, {len(every_other)} of {layers}, the others drawn anew; units in another order",
                lambda m: reordered(other_layers_drawn(m, every_other, 16), 17),
            ),
            "alternate-quarot-reordered": (
                f"every other layer, {len(every_other)} of {layers}, the others drawn anew; QuaRot's rotations; units in another order",
                lambda m: reordered(rotated(other_layers_drawn(m, every_other, 16), "quarot", 13), 17),
            ),
        }
        for disguise, (what, change) in disguises.items():
            ROWS.setdefault(f"{name}-{disguise}", (f"{how}; {what}", lambda name=name, change=change: change(child(name))))

    unknown = [name for name in o.only or [] if name not in ROWS]
    if unknown:
        raise SystemExit(f"no such rows: {unknown}")
    for name in o.only or ROWS:
        key = f"{o.of}-{name}"
        folder = os.path.join(o.out, key)
        if key in made:
            continue
        model = child(name)
        logs = log_probabilities(model, probe)
        moved = (logs - plain).abs().max().item()
        # Beside the model, so that children of this child do not start from rounded numbers; tensor by tensor, since a
        # second copy of a model of 1.5 thousand million weights in float32 does not fit beside two others.
        tied = {"lm_head.weight"} if model.config.tie_word_embeddings else set()
        state = {k: v.to(torch.bfloat16) for k, v in model.state_dict().items() if k not in tied}
        model.save_pretrained(folder, state_dict=state)
        del state
        tokenizer.save_pretrained(folder)
        for file in glob.glob(os.path.join(folder, "tokenizer.model")):
            os.remove(file)
        made[key] = {
            "of": o.of,
            "how": ROWS[name][0],
            "loss": round(-logs.mean().item(), 3),
            "parentLoss": round(-plain.mean().item(), 3),
            "moved": float(f"{moved:.3g}"),
        }
        json.dump(made, open(at, "w"), indent=1)
        print(key, made[key], flush=True)
        del model
        if name not in SLOW:
            held.pop(name, None)


if __name__ == "__main__":
    main()
