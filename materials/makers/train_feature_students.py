"""Students that learn a teacher's hidden states, each from a draw of its own: innocents that share a teacher's basis.

Whoever distils an open model's features (hidden states of every layer, or one block after another on the teacher's own
inputs) gets a model whose residual coordinates mean what the teacher's mean, and whose units come to resemble the
teacher's; no weight was copied. Two such students of one open teacher never met. Teachers are models of the bank, two
students each, from fresh draws (standard deviation 0.02, norm gains one).

  hidden  hidden states of every layer by mean squared error, relative to their size, with logits and text
  last    the last hidden state alone by cosine, with logits and text
  blocks  attention and MLP of each layer by itself, on the teacher's inputs; embeddings and head too
  shallow, shallow-blocks  the same as hidden and blocks with every other layer of the teacher's, as small students are made

Students of one shape are trained as one batched computation (vmap). JAX, float32, Adam. Folders are KIND/SHAPE+TEACHER-a|b.

    python train_feature_students.py --zoo ZOO --out OUT --kinds hidden blocks --shapes d b --teachers 0 1 2 3 --steps 2000
"""
import argparse, glob, gzip, json, os, time
import jax, jax.numpy as jnp, numpy as np
from safetensors.flax import load_file
from safetensors.numpy import save_file

from train_structured import LENGTH, SHAPES

BATCH = 8


def parts(shape):
    d, layers, heads, kv, _ = shape
    hd, half = d // heads, d // heads // 2
    angle = jnp.arange(LENGTH)[:, None] * 10000.0 ** (-jnp.arange(half) / half)
    cos, sin = jnp.concatenate([jnp.cos(angle)] * 2, -1), jnp.concatenate([jnp.sin(angle)] * 2, -1)
    turn = lambda q: q * cos[:, None] + jnp.concatenate([-q[..., half:], q[..., :half]], -1) * sin[:, None]

    def attention(p, n, h):
        g = lambda name: p[f"model.layers.{n}.{name}.weight"]
        y = norm(h, g("input_layernorm"))
        split = lambda w, c: (y @ w.T).reshape(*y.shape[:-1], c, hd)
        q, k, v = turn(split(g("self_attn.q_proj"), heads)), turn(split(g("self_attn.k_proj"), kv)), split(g("self_attn.v_proj"), kv)
        k, v = (jnp.repeat(t, heads // kv, -2) for t in (k, v))
        a = jnp.einsum("bihd,bjhd->bhij", q, k) / hd**0.5
        a = jax.nn.softmax(jnp.where(jnp.tril(jnp.ones((LENGTH, LENGTH), bool)), a, -1e9), -1)
        return jnp.einsum("bhij,bjhd->bihd", a, v).reshape(*y.shape[:-1], heads * hd) @ g("self_attn.o_proj").T

    def mlp(p, n, h):
        g = lambda name: p[f"model.layers.{n}.{name}.weight"]
        y = norm(h, g("post_attention_layernorm"))
        return (jax.nn.silu(y @ g("mlp.gate_proj").T) * (y @ g("mlp.up_proj").T)) @ g("mlp.down_proj").T

    return attention, mlp, layers


def norm(h, g):
    return h * jax.lax.rsqrt((h * h).mean(-1, keepdims=True) + 1e-5) * g


def head(p, h):
    return norm(h, p["model.norm.weight"]) @ p["lm_head.weight"].T


def away(a, b):
    return ((a - b) ** 2).mean() / ((b**2).mean() + 1e-8)


def states(p, x, shape):
    """Embeddings, and what stands behind each layer that the model has."""
    attention, mlp, _ = parts(shape)
    out = [p["model.embed_tokens.weight"][x]]
    for n in range(sum(k.endswith("mlp.up_proj.weight") for k in p)):
        h = out[-1] + attention(p, n, out[-1])
        out.append(h + mlp(p, n, h))
    return out


def by_blocks(p, t, x, shape, every):
    attention, mlp, layers = parts(shape)
    h = t["model.embed_tokens.weight"][x]
    total = away(p["model.embed_tokens.weight"][x], h)
    for n in range(layers):
        a = attention(t, n, h)
        b = mlp(t, n, h + a)
        if n % every == 0:
            total += away(attention(p, n // every, h), a) + away(mlp(p, n // every, h + a), b)
        h += a + b
    return total + away(head(p, h), head(t, h))


def every_of(kind):
    return 2 if kind.startswith("shallow") else 1


def loss(kind, p, t, x, shape):
    every = every_of(kind)
    if kind.endswith("blocks"):
        return by_blocks(p, t, x[:, :-1], shape, every)
    own, theirs = states(p, x[:, :-1], shape), states(t, x[:, :-1], shape)[::every]
    said, taught = jax.nn.log_softmax(head(p, own[-1])), jax.nn.log_softmax(head(t, theirs[-1]))
    logits = (jnp.exp(taught) * (taught - said)).sum(-1).mean()
    text = -jnp.take_along_axis(said, x[:, 1:, None], -1).mean()
    if kind == "last":
        a, b = own[-1], theirs[-1]
        like = 1 - ((a * b).sum(-1) / jnp.linalg.norm(a, axis=-1) / jnp.linalg.norm(b, axis=-1)).mean()
    else:
        like = sum(away(a, b) for a, b in zip(own, theirs)) / len(own)
    return logits + like + 0.5 * text


def trainer(kind, shape, steps, rate):
    def one(p, t, xs):
        def step(state, x):
            p, m, v, n = state
            value, g = jax.value_and_grad(lambda p: loss(kind, p, t, x, shape))(p)
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.95 * a + 0.05 * b * b, v, g)
            now = rate * jnp.minimum(1, n / 50) * (1 - 0.9 * n / steps)
            move = lambda w, a, b: w - now * (a / (1 - 0.9**n) / (jnp.sqrt(b / (1 - 0.95**n)) + 1e-8) + 0.01 * w)
            return (jax.tree.map(move, p, m, v), m, v, n + 1), value

        zero = jax.tree.map(jnp.zeros_like, p)
        (p, *_), values = jax.lax.scan(step, (p, zero, zero, 1.0), xs)
        return p, values

    return jax.jit(jax.vmap(one))


def main():
    a = argparse.ArgumentParser()
    for name in ("zoo", "out"):
        a.add_argument(f"--{name}", required=True)
    a.add_argument("--kinds", nargs="+", default=["hidden", "blocks"])
    a.add_argument("--shapes", nargs="+", default=list("db"))
    a.add_argument("--teachers", nargs="+", type=int, default=[0, 1, 2, 3], help="numbers of the bank's models")
    a.add_argument("--steps", type=int, default=2000)
    a.add_argument("--rate", type=float, default=2e-3)
    o = a.parse_args()
    ids = []
    for path in sorted(glob.glob(os.path.join(o.zoo, "samples", "*.jsonl*"))):
        with (gzip.open if path.endswith("gz") else open)(path, "rt") as lines:
            for line, _ in zip(lines, range(2000)):
                ids += json.loads(line)["ids"]
    text = np.array(ids, np.int32)
    text = text[text < 1024]
    for s in o.shapes:
        for kind in o.kinds:
            names = [f"{s}{n:02d}-{side}" for n in o.teachers for side in "ab"]
            if all(os.path.exists(os.path.join(o.out, kind, n, "made.json")) for n in names):
                continue
            started = time.time()
            taught = [load_file(os.path.join(o.zoo, "bank", n[:3], "model.safetensors")) for n in names]
            teachers = {k: jnp.stack([t[k].astype(jnp.float32) for t in taught]) for k in taught[0]}
            drawn = []
            for n in names:
                rng = np.random.default_rng([77, ord(s), int(n[1:3]), ord(n[-1]), len(kind)])
                draw = lambda v: rng.normal(size=v.shape) * 0.02 if v.ndim == 2 else np.ones(v.shape)
                whole = {k: draw(v) for k, v in sorted(taught[0].items())}
                kept = SHAPES[s][1] // every_of(kind)
                drawn.append({k: v for k, v in whole.items() if ".layers." not in k or int(k.split(".")[2]) < kept})
            students = {k: jnp.asarray(np.stack([m[k] for m in drawn]), jnp.float32) for k in drawn[0]}
            rng = np.random.default_rng([5, ord(s), len(kind)])
            starts = rng.integers(0, len(text) - LENGTH - 1, (len(names), o.steps, BATCH))
            xs = jnp.asarray(text[starts[..., None] + np.arange(LENGTH + 1)])
            trained, values = trainer(kind, SHAPES[s], o.steps, o.rate)(students, teachers, xs)
            for i, n in enumerate(names):
                folder = os.path.join(o.out, kind, n)
                os.makedirs(folder, exist_ok=True)
                save_file({k: np.asarray(v[i]) for k, v in trained.items()}, os.path.join(folder, "model.safetensors"))
                with open(os.path.join(o.zoo, "bank", n[:3], "config.json")) as f:
                    config = json.load(f)
                with open(os.path.join(folder, "config.json"), "w") as f:
                    json.dump({**config, "num_hidden_layers": SHAPES[s][1] // every_of(kind)}, f, indent=1)
                losses = [float(values[i, 0]), float(values[i, -20:].mean())]
                with open(os.path.join(folder, "made.json"), "w") as f:
                    json.dump(dict(parents=[], features_of=n[:3], kind=kind, steps=o.steps, rate=o.rate, loss=losses), f)
            print(kind, s, f"{time.time() - started:.0f} s", float(values[:, 0].mean()), float(values[:, -20:].mean()), flush=True)


if __name__ == "__main__":
    main()
