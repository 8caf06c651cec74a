"""Pairs that one start gave two makers who never met, each trained apart: innocents who share weights that nobody copied.

A default seed, a published table or a rule gives the start; what differs from `train_structured.py --kinds one-draw` is how.

  torch      a framework's own default: uniform within 1 / sqrt(inputs), embeddings of size one; so large that training moves little
  biases     the same with biases, which that framework draws too
  orthogonal rows or columns at right angles, of size one
  rule       no seed at all: identities and Hadamard matrices, whatever the depth (as ZerO has it)
  centres    gate and up rows are cluster centres of published embeddings; the rest drawn
  positive   gate, up and value rows are drawn, none below nought
  batches    small draws as language models have them, batches of 64 texts: two runs from one seed stay close
  stages     each machine of a pipeline draws from the seed of its number: two machines, models of four layers and six
  widths     two widths cut from one table
  scales     one draw, and one tool's channel scales moved from gains into matrices afterwards

Models of one shape are trained as one batched computation (vmap): no model reads another. JAX, float32, AdamW. Folders are
KIND/PAIR-a and KIND/PAIR-b.

    python train_one_start.py --zoo ZOO --out OUT --kinds torch biases --pairs 4 --steps 60 --rate 1e-3
"""
import argparse, glob, gzip, json, os, time, zlib
import jax, jax.numpy as jnp, numpy as np
from safetensors.numpy import load_file, save_file

LENGTH, VOCABULARY = 64, 1024
SHAPE = (64, 4, 4, 2, 176)
SECOND = {"stages": (64, 6, 4, 2, 176), "widths": (48, 4, 4, 2, 176)}


def sizes(shape, biases):
    d, layers, heads, kv, m = shape
    hd = d // heads
    out = {"model.embed_tokens.weight": (VOCABULARY, d), "model.norm.weight": (d,), "lm_head.weight": (VOCABULARY, d)}
    for n in range(layers):
        at = f"model.layers.{n}."
        parts = {"self_attn.q_proj": (d, d), "self_attn.k_proj": (kv * hd, d), "self_attn.v_proj": (kv * hd, d), "self_attn.o_proj": (d, d)}
        parts |= {"mlp.gate_proj": (m, d), "mlp.up_proj": (m, d), "mlp.down_proj": (d, m)}
        for name, size in parts.items():
            out[f"{at}{name}.weight"] = size
            if biases:
                out[f"{at}{name}.bias"] = size[:1]
        out |= {f"{at}input_layernorm.weight": (d,), f"{at}post_attention_layernorm.weight": (d,)}
    return out


def forward(p, x, shape):
    d, layers, heads, kv, _ = shape
    hd = d // heads
    half = hd // 2
    angle = jnp.arange(x.shape[-1])[:, None] * 10000.0 ** (-jnp.arange(half) / half)
    cos, sin = jnp.concatenate([jnp.cos(angle)] * 2, -1), jnp.concatenate([jnp.sin(angle)] * 2, -1)
    norm = lambda h, g: h * jax.lax.rsqrt((h * h).mean(-1, keepdims=True) + 1e-5) * g
    turn = lambda q: q * cos[:, None] + jnp.concatenate([-q[..., half:], q[..., :half]], -1) * sin[:, None]
    seen = jnp.tril(jnp.ones((x.shape[-1],) * 2, bool))
    h = p["model.embed_tokens.weight"][x]
    for n in range(layers):
        g = lambda name: p[f"model.layers.{n}.{name}.weight"]
        by = lambda y, name: y @ g(name).T + p.get(f"model.layers.{n}.{name}.bias", 0.0)
        y = norm(h, g("input_layernorm"))
        split = lambda name, c: by(y, name).reshape(*y.shape[:-1], c, hd)
        q, k, v = turn(split("self_attn.q_proj", heads)), turn(split("self_attn.k_proj", kv)), split("self_attn.v_proj", kv)
        k, v = (jnp.repeat(t, heads // kv, -2) for t in (k, v))
        a = jax.nn.softmax(jnp.where(seen, jnp.einsum("bihd,bjhd->bhij", q, k) / hd**0.5, -1e9), -1)
        h = h + by(jnp.einsum("bhij,bjhd->bihd", a, v).reshape(*y.shape[:-1], d), "self_attn.o_proj")
        y = norm(h, g("post_attention_layernorm"))
        h = h + by(jax.nn.silu(by(y, "mlp.gate_proj")) * by(y, "mlp.up_proj"), "mlp.down_proj")
    return norm(h, p["model.norm.weight"]) @ p["lm_head.weight"].T


def loss(p, x, shape):
    said = jax.nn.log_softmax(forward(p, x[:, :-1], shape))
    return -jnp.take_along_axis(said, x[:, 1:, None], -1).mean()


def trainer(shape, steps, rate):
    def one(p, xs):
        def step(state, x):
            p, m, v, t = state
            value, g = jax.value_and_grad(loss)(p, x, shape)
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.95 * a + 0.05 * b * b, v, g)
            now = rate * jnp.minimum(1, t / 10) * (1 - 0.9 * t / steps)
            move = lambda w, a, b: w - now * (a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.95**t)) + 1e-8) + 0.01 * w)
            return (jax.tree.map(move, p, m, v), m, v, t + 1), value

        zero = jax.tree.map(jnp.zeros_like, p)
        (p, *_), values = jax.lax.scan(step, (p, zero, zero, 1.0), xs)
        return p, values

    return jax.jit(jax.vmap(one))


def hadamard(n):
    h = np.ones((1, 1))
    while len(h) < n:
        h = np.block([[h, h], [h, -h]])
    return h


def by_rule(rows, columns):
    """An identity where it narrows or keeps, a Hadamard matrix where it widens."""
    if rows <= columns:
        return np.eye(rows, columns)
    n = 1 << int(np.ceil(np.log2(rows)))
    return hadamard(n)[:rows, :columns] / n**0.5


def centres(table, count, rng):
    """Of k-means on rows of length one, a few rounds; every maker who asks gets the same."""
    rows = table / np.linalg.norm(table, axis=1, keepdims=True)
    out = rows[rng.choice(len(rows), count, replace=False)]
    for _ in range(8):
        near = (rows @ out.T).argmax(1)
        out = np.stack([rows[near == k].mean(0) if (near == k).any() else out[k] for k in range(count)])
        out /= np.linalg.norm(out, axis=1, keepdims=True) + 1e-9
    return out


def start(kind, shape, pair, zoo):
    """The same for both of a pair, as far as their shapes go."""
    out = {}
    for name, size in sizes(shape, kind == "biases").items():
        place = name
        if kind == "stages" and ".layers." in name:
            each, layer = shape[1] // 2, int(name.split(".")[2])
            place = f"{layer // each}/{layer % each}{name.split('.', 3)[3]}"
        rng = np.random.default_rng([31, pair, zlib.crc32(place.encode())])
        if len(size) == 1 and name.endswith("norm.weight"):
            out[name] = np.ones(size)
        elif kind in ("torch", "biases"):
            inputs = (shape[4] if "down_proj" in name else shape[0]) ** -0.5
            out[name] = rng.normal(size=size) if "embed" in name else rng.uniform(-inputs, inputs, size)
        elif kind == "orthogonal" and "proj" in name:
            q = np.linalg.qr(rng.normal(size=(max(size), min(size))))[0]
            out[name] = q if size[0] >= size[1] else q.T
        elif kind == "rule" and "proj" in name:
            out[name] = by_rule(*size) * (0.0 if name.endswith(("o_proj.weight", "down_proj.weight")) else 1.0)
        elif kind == "centres" and name.endswith(("gate_proj.weight", "up_proj.weight")):
            published = load_file(os.path.join(zoo, "bank", f"a{pair % 16:02d}", "model.safetensors"))
            table = np.asarray(published["model.embed_tokens.weight"], np.float64)
            out[name] = centres(table, size[0], rng) * 0.02 * shape[0] ** 0.5
        else:
            drawn = rng.normal(size=(size[0], 64) if kind == "widths" and size[1] < 64 else size)[:, : size[1]] * 0.02
            out[name] = abs(drawn) if kind == "positive" and name.endswith(("gate_proj.weight", "up_proj.weight", "v_proj.weight")) else drawn
    return {k: v.astype(np.float32) for k, v in out.items()}


def scaled(p, pair):
    """One tool's scales, as of one calibration text: gains divided by them, and what reads them times them."""
    out = {k: np.array(v) for k, v in p.items()}
    readers = {"input_layernorm": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"), "post_attention_layernorm": ("mlp.gate_proj", "mlp.up_proj")}
    for k in p:
        at, name = k.rsplit(".", 2)[0], k.rsplit(".", 2)[-2]
        if name not in readers:
            continue
        by = np.exp(0.5 * np.random.default_rng([37, pair, zlib.crc32(k.encode())]).normal(size=p[k].shape)).astype(np.float32)
        out[k] = p[k] / by
        for reader in readers[name]:
            out[f"{at}.{reader}.weight"] = out[f"{at}.{reader}.weight"] * by
    return out


def write(folder, p, shape, **made):
    os.makedirs(folder, exist_ok=True)
    d, layers, heads, kv, m = shape
    biases = any(k.endswith(".bias") for k in p)
    config = dict(model_type="llama", architectures=["LlamaForCausalLM"], hidden_size=d, intermediate_size=m, num_hidden_layers=layers)
    config |= dict(num_attention_heads=heads, num_key_value_heads=kv, vocab_size=VOCABULARY, rms_norm_eps=1e-5, hidden_act="silu")
    config |= dict(rope_theta=10000.0, max_position_embeddings=LENGTH, tie_word_embeddings=False, attention_bias=biases, mlp_bias=biases)
    save_file({k: np.ascontiguousarray(v) for k, v in p.items()}, os.path.join(folder, "model.safetensors"))
    for name, value in (("config", config), ("made", dict(parents=[], **made))):
        with open(os.path.join(folder, f"{name}.json"), "w") as f:
            json.dump(value, f, indent=1)


def main():
    a = argparse.ArgumentParser()
    for name in ("zoo", "out"):
        a.add_argument(f"--{name}", required=True)
    a.add_argument("--kinds", nargs="+", required=True)
    a.add_argument("--name", help="folder of the kind, where it is not the kind's own name")
    a.add_argument("--pairs", type=int, default=4)
    a.add_argument("--first", type=int, default=0, help="number of the first pair")
    a.add_argument("--steps", type=int, default=60)
    a.add_argument("--rate", type=float, default=1e-3)
    a.add_argument("--batch", type=int, default=2)
    o = a.parse_args()
    ids = []
    for path in sorted(glob.glob(os.path.join(o.zoo, "samples", "*.jsonl*"))):
        with (gzip.open if path.endswith("gz") else open)(path, "rt") as lines:
            for line, _ in zip(lines, range(2000)):
                ids += json.loads(line)["ids"]
    text = np.array(ids, np.int32)
    text = text[text < VOCABULARY]
    for kind in o.kinds:
        pairs = range(o.first, o.first + o.pairs)
        batch = 64 if kind == "batches" else o.batch
        for side in "ab":
            place = lambda pair: os.path.join(o.out, o.name or kind, f"{pair:02d}-{side}")
            if all(os.path.exists(os.path.join(place(pair), "made.json")) for pair in pairs):
                continue
            began = time.process_time()
            shape = SECOND.get(kind, SHAPE) if side == "b" else SHAPE
            starts = [start(kind, shape, pair, o.zoo) for pair in pairs]
            windows = [np.random.default_rng([41, pair, ord(side)]).integers(0, len(text) - LENGTH - 1, (o.steps, batch)) for pair in pairs]
            xs = jnp.asarray(text[np.stack(windows)[..., None] + np.arange(LENGTH + 1)])
            stacked = {k: jnp.stack([s[k] for s in starts]) for k in starts[0]}
            trained, values = trainer(shape, o.steps, o.rate)(stacked, xs)
            for i, pair in enumerate(pairs):
                p = {k: np.asarray(v[i]) for k, v in trained.items()}
                losses = [float(values[i, 0]), float(values[i, -5:].mean())]
                made = dict(kind=kind, pair=pair, steps=o.steps, rate=o.rate, batch=batch, loss=losses)
                write(place(pair), scaled(p, pair) if kind == "scales" else p, shape, **made)
            said = [round(float(values[:, 0].mean()), 3), round(float(values[:, -5:].mean()), 3)]
            print(kind, side, f"{time.process_time() - began:.0f} s", *said, flush=True)


if __name__ == "__main__":
    main()
