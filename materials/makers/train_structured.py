"""Trained innocents that share a mask, and trained children, from models of the bank.

Pairs of bank models (2k, 2k+1 of a shape: independent draws) are put through one static mask (random, 1:4, groups,
windows) on gate, up, down and value rows, and trained on with the mask kept. Children are trained on without a mask.
Many models of one shape are trained as one batched computation (vmap): no model reads another. JAX, float32, AdamW.
Text is token ids as the zoo's samples hold them. Pairs of one shape never share a model within a kind.

    python train_structured.py --zoo ZOO --out OUT --kinds children mask20 one-of-four groups windows --shapes c d b a
"""
import argparse, glob, gzip, json, os, shutil, time
import jax, jax.numpy as jnp, numpy as np
from safetensors.flax import load_file
from safetensors.numpy import save_file

SHAPES = {"a": (64, 4, 4, 2, 176), "b": (64, 3, 4, 4, 256), "c": (80, 4, 5, 1, 208), "d": (48, 6, 4, 2, 144)}
LENGTH, BATCH = 64, 2


def forward(p, x, shape):
    d, layers, heads, kv, _ = shape
    hd = d // heads
    half = hd // 2
    freq = 10000.0 ** (-jnp.arange(half) / half)
    angle = jnp.arange(LENGTH)[:, None] * freq
    cos, sin = jnp.concatenate([jnp.cos(angle)] * 2, -1), jnp.concatenate([jnp.sin(angle)] * 2, -1)
    norm = lambda h, g: h * jax.lax.rsqrt((h * h).mean(-1, keepdims=True) + 1e-5) * g
    turn = lambda q: q * cos[:, None] + jnp.concatenate([-q[..., half:], q[..., :half]], -1) * sin[:, None]
    h = p["model.embed_tokens.weight"][x]
    for n in range(layers):
        g = lambda name: p[f"model.layers.{n}.{name}.weight"]
        y = norm(h, g("input_layernorm"))
        split = lambda w, c: (y @ w.T).reshape(*y.shape[:-1], c, hd)
        q, k, v = turn(split(g("self_attn.q_proj"), heads)), turn(split(g("self_attn.k_proj"), kv)), split(g("self_attn.v_proj"), kv)
        k, v = (jnp.repeat(t, heads // kv, -2) for t in (k, v))
        a = jnp.einsum("bihd,bjhd->bhij", q, k) / hd**0.5
        a = jax.nn.softmax(jnp.where(jnp.tril(jnp.ones((LENGTH, LENGTH), bool)), a, -1e9), -1)
        o = jnp.einsum("bhij,bjhd->bihd", a, v).reshape(*y.shape[:-1], heads * hd)
        h = h + o @ g("self_attn.o_proj").T
        y = norm(h, g("post_attention_layernorm"))
        h = h + (jax.nn.silu(y @ g("mlp.gate_proj").T) * (y @ g("mlp.up_proj").T)) @ g("mlp.down_proj").T
    return norm(h, p["model.norm.weight"]) @ p["lm_head.weight"].T


def loss(p, x, shape):
    logits = jax.nn.log_softmax(forward(p, x[:, :-1], shape))
    return -jnp.take_along_axis(logits, x[:, 1:, None], -1).mean()


def trainer(shape, steps, rate):
    def one(p, masks, xs):
        masked = lambda q: {n: v * masks[n] if n in masks else v for n, v in q.items()}
        p = masked(p)
        zero = jax.tree.map(jnp.zeros_like, p)

        def step(state, x):
            p, m, v, t = state
            value, g = jax.value_and_grad(loss)(p, x, shape)
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.95 * a + 0.05 * b * b, v, g)
            move = lambda w, a, b: w - rate * (a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.95**t)) + 1e-8) + 0.01 * w)
            return (masked(jax.tree.map(move, p, m, v)), m, v, t + 1), value

        (p, *_), values = jax.lax.scan(step, (p, zero, zero, 1.0), xs)
        return p, values

    return jax.jit(jax.vmap(one))


def mask(kind, rows, columns, rng):
    if kind == "children":
        return np.ones((rows, columns), np.float32)
    if kind == "mask20":
        return (rng.random((rows, columns)) < 0.2).astype(np.float32)
    if kind == "one-of-four":
        out = np.zeros(rows * columns, np.float32)
        out[np.arange(0, out.size, 4) + rng.integers(0, 4, out.size // 4)] = 1
        return out.reshape(rows, columns)
    r, c = np.arange(rows)[:, None], np.arange(columns)[None]
    if kind == "groups":
        return (r * 4 // rows == c * 4 // columns).astype(np.float32)
    away = abs(c - r * columns / rows)
    return (np.minimum(away, columns - away) <= columns / 12).astype(np.float32)


def main():
    a = argparse.ArgumentParser()
    for name in ("zoo", "out"):
        a.add_argument(f"--{name}", required=True)
    a.add_argument("--kinds", nargs="+", default=["children", "mask20", "one-of-four", "groups", "windows"])
    a.add_argument("--shapes", nargs="+", default=list("cdba"))
    a.add_argument("--steps", type=int, default=30)
    a.add_argument("--rate", type=float, default=1e-3)
    o = a.parse_args()
    ids = []
    for path in sorted(glob.glob(os.path.join(o.zoo, "samples", "*.jsonl*"))):
        with (gzip.open if path.endswith("gz") else open)(path, "rt") as lines:
            for line, _ in zip(lines, range(400)):
                ids += json.loads(line)["ids"]
    text = np.array(ids, np.int32)
    text = text[text < 1024]
    for kind in o.kinds:
        for s in o.shapes:
            shape, names = SHAPES[s], [f"{s}{i:02d}" for i in range(16)]
            if os.path.exists(os.path.join(o.out, kind, names[-1])):
                continue
            started = time.process_time()
            models = [load_file(os.path.join(o.zoo, "bank", n, "model.safetensors")) for n in names]
            stacked = {k: jnp.stack([m[k].astype(jnp.float32) for m in models]) for k in models[0]}
            wanted = [k for k in stacked if any(x in k for x in ("gate_proj", "up_proj", "down_proj", "v_proj"))]
            masks = {}
            for at, k in enumerate(sorted(wanted)):
                rows, columns = stacked[k].shape[1:]
                drawn = [mask(kind, rows, columns, np.random.default_rng([ord(s), pair, at])) for pair in range(8)]
                masks[k] = jnp.asarray(np.stack([drawn[i // 2] for i in range(16)]))
            rng = np.random.default_rng([7, ord(s), len(kind)])
            starts = rng.integers(0, len(text) - LENGTH - 1, (16, o.steps, BATCH))
            xs = text[starts[..., None] + np.arange(LENGTH + 1)]
            trained, values = trainer(shape, o.steps, o.rate)(stacked, masks, jnp.asarray(xs))
            for i, n in enumerate(names):
                folder = os.path.join(o.out, kind, n)
                os.makedirs(folder, exist_ok=True)
                save_file({k: np.asarray(v[i]) for k, v in trained.items()}, os.path.join(folder, "model.safetensors"))
                shutil.copy(os.path.join(o.zoo, "bank", n, "config.json"), folder)
                made = dict(parents=[n], kind=kind, steps=o.steps, rate=o.rate, pair=f"{s}{i // 2}", loss=[float(values[i, 0]), float(values[i, -1])])
                json.dump(made, open(os.path.join(folder, "made.json"), "w"))
            print(kind, s, f"{time.process_time() - started:.0f} s", float(values[:, 0].mean()), float(values[:, -5:].mean()), flush=True)


if __name__ == "__main__":
    main()
