"""Trained innocents that share a structure, a tool or a draw, and trained children, from models of the bank.

Pairs of bank models (2k, 2k+1 of a shape: independent draws) are put through one structure on gate, up, down and value
rows, and trained on with the structure kept: a mask (random, 1:4, groups, windows), entries that are tied (circulant,
Toeplitz, hashed, rows four by four), a factor on the side of the units or of the inputs, embeddings that a third model
gave both and that stay frozen. Tools are one and the same for both of a pair and come after training: an order of
units and pruning, channel scales and four bits, a Hadamard rotation, public tables of values, rank one in blocks
(Monarch), a vision tower beside the text model. Butterfly and Kronecker products and own coefficients over public
random matrices (one set for all layers) are drawn anew, each model by itself, and trained in their own few numbers; the
rest starts from the bank's model. "one-draw" starts both of a pair from one fresh draw, as a default seed or a
published table does, and trains them apart. Children are trained on without anything.
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


def kept(kind, w, s):
    """One matrix held to its structure: a mask, groups of entries with signs, or an orthonormal factor."""
    if kind in TIED:
        ids, signs = s[0].astype(jnp.int32).ravel(), s[1].ravel()
        total = jnp.zeros(w.size).at[ids].add(signs * w.ravel())
        count = jnp.zeros(w.size).at[ids].add(1.0)
        return (signs * (total / jnp.maximum(count, 1))[ids]).reshape(w.shape)
    if kind == "units-factor":
        return s @ (s.T @ w)
    if kind == "inputs-factor":
        return (w @ s) @ s.T
    return w * s


FACTORED = ("butterfly", "kronecker", "random-bases")
COEFFICIENTS = 512
# Own numbers are of size one where weights are of size a fiftieth: as large a step for what they are.
OWN_RATE = 20.0


def own_numbers(kind, rows, columns, rng):
    """What a model has of its own behind one matrix."""
    if kind == "butterfly":
        bits = int(np.ceil(np.log2(columns)))
        return (rng.normal(size=(-(-rows // columns), bits, columns, 2)) / 2**0.5).astype(np.float32)
    if kind == "kronecker":
        return rng.normal(size=64 + rows * columns // 64).astype(np.float32)
    return (rng.normal(size=COEFFICIENTS) / COEFFICIENTS**0.5).astype(np.float32)


def built(kind, own, rows, columns, public):
    """The matrix that own numbers stand for. @param public random matrices, where the kind has them"""
    if kind == "butterfly":

        places = np.stack([np.arange(columns) ^ (1 << bit) for bit in range(own.shape[1])])
        inside = (places < columns)[..., None].astype(np.float32)

        def mixed(current, at):
            f, other, within = at
            return f[:, :1] * current + f[:, 1:] * within * current[other], None

        block = lambda factors: jax.lax.scan(mixed, jnp.eye(columns), (factors, np.minimum(places, columns - 1), inside))[0]
        return jax.vmap(block)(own).reshape(-1, columns)[:rows]
    if kind == "kronecker":
        return jnp.kron(own[:64].reshape(8, 8), own[64:].reshape(rows // 8, columns // 8))
    return jnp.einsum("k,krc->rc", own, public)


def public_matrices(name, rows, columns, shape):
    """The same for every model of a shape and for all its layers."""
    rng = np.random.default_rng([13, ord(shape), 0, len(name.split(".", 3)[3]), rows])
    return rng.normal(size=(COEFFICIENTS, rows, columns)).astype(np.float32)


def trainer(shape, steps, rate, kind, whole=lambda p: p):
    """@param whole what a model's numbers stand for, where they are not its weights"""

    def one(p, masks, xs):
        hold = lambda n, v: masks["start." + n] if "start." + n in masks else kept(kind, v, masks[n]) if n in masks else v
        masked = lambda q: {n: hold(n, v) for n, v in q.items()}
        p = masked(p)
        zero = jax.tree.map(jnp.zeros_like, p)

        def step(state, x):
            p, m, v, t = state
            value, g = jax.value_and_grad(lambda q: loss(whole(q), x, shape))(p)
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.95 * a + 0.05 * b * b, v, g)
            move = lambda r: lambda w, a, b: w - r * (a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.95**t)) + 1e-8) + 0.01 * w)
            moved = {n: move(rate * (OWN_RATE if n.startswith("own.") else 1))(p[n], m[n], v[n]) for n in p}
            return (masked(moved), m, v, t + 1), value

        (p, *_), values = jax.lax.scan(step, (p, zero, zero, 1.0), xs)
        return whole(p), values

    return jax.jit(jax.vmap(one))


TIED = ("circulant", "toeplitz", "hashed", "tied-near", "tied-apart")
TOOLS = ("sorted-pruned", "scaled-four-bits", "hadamard", "public-tables", "monarch", "vision-tower")


def tied(kind, rows, columns, rng):
    r, c = np.arange(rows)[:, None], np.arange(columns)[None]
    if kind == "circulant":
        ids = (r // columns) * columns + (c - r) % columns
    elif kind == "toeplitz":
        ids = c - r + rows
    elif kind == "hashed":
        ids = rng.integers(0, 256, (rows, columns))
    else:
        ids = (r // 4 if kind == "tied-near" else r % -(-rows // 4)) * columns + c
    signs = rng.choice([-1.0, 1.0], (rows, columns)) if kind == "hashed" else np.ones((rows, columns))
    return np.stack([np.broadcast_to(ids, (rows, columns)), signs]).astype(np.float32)


def structure(kind, rows, columns, rng):
    if kind in TIED:
        return tied(kind, rows, columns, rng)
    if kind in ("units-factor", "inputs-factor"):
        return np.linalg.qr(rng.normal(size=(rows if kind == "units-factor" else columns, 16)))[0].astype(np.float32)
    return mask(kind, rows, columns, rng)


def hadamard(n):
    h = np.ones((1, 1))
    while n % (2 * len(h)) == 0:
        h = np.block([[h, h], [h, -h]])
    return np.kron(np.eye(n // len(h)), h) / len(h) ** 0.5


def tool(kind, m, rng):
    """What one tool, with one set of statistics, makes of a trained model."""
    out = {k: np.array(v, np.float32) for k, v in m.items()}
    d = out["model.norm.weight"].size
    layers = sorted({k.split(".mlp.")[0] for k in out if ".mlp." in k})
    read = [f"{l}.{x}.weight" for l in layers for x in ("mlp.gate_proj", "mlp.up_proj", "self_attn.v_proj")]
    if kind == "vision-tower":
        for n in range(2):
            for x, shape in (("fc1", (2 * d, d)), ("fc2", (d, 2 * d)), ("q_proj", (d, d))):
                out[f"vision_tower.encoder.layers.{n}.{x}.weight"] = rng.normal(size=shape).astype(np.float32)
    if kind == "sorted-pruned":
        for l in layers:
            gate, up, down = (f"{l}.mlp.{x}_proj.weight" for x in ("gate", "up", "down"))
            order = np.argsort(-np.linalg.norm(out[up], axis=1) * np.linalg.norm(out[down], axis=0))
            out[gate], out[up], out[down] = out[gate][order], out[up][order], out[down][:, order]
        for k in read:
            least = np.quantile(abs(out[k]), 0.7, axis=1, keepdims=True)
            out[k] = np.where(abs(out[k]) > least, out[k], 0)
    if kind == "scaled-four-bits":
        for k in read:
            scales = np.exp(rng.normal(size=out[k].shape[1]))
            parts = (out[k] * scales).reshape(len(out[k]), -1, 16)
            step = abs(parts).max(-1, keepdims=True) / 7
            out[k] = (np.round(parts / step) * step).reshape(out[k].shape) / scales
    if kind == "hadamard":
        turn = rng.choice([-1.0, 1.0], d)[:, None] * hadamard(d)
        for k, v in out.items():
            if v.ndim == 2:
                inward = k.endswith(("o_proj.weight", "down_proj.weight"))
                out[k] = turn.T @ v if inward else v @ turn
    if kind == "public-tables":
        for k in read:
            v = out[k]
            tables = np.sort(rng.normal(size=(len(v), 16)), axis=1) * v.std(axis=1, keepdims=True)
            out[k] = np.take_along_axis(tables, abs(v[:, :, None] - tables[:, None]).argmin(-1), 1)
    if kind == "monarch":
        for k in read:
            rows, columns = out[k].shape
            b = 8
            w = out[k].reshape(b, rows // b, b, columns // b).transpose(0, 2, 1, 3)
            u, s, vt = np.linalg.svd(w, full_matrices=False)
            one = s[..., :1, None] * u[..., :, :1] @ vt[..., :1, :]
            out[k] = one.transpose(0, 2, 1, 3).reshape(rows, columns)
    return {k: np.ascontiguousarray(v, np.float32) for k, v in out.items()}


def mask(kind, rows, columns, rng):
    if kind in ("children", "one-draw", "frozen-embeddings"):
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


def factored(kind, s, stacked, wanted):
    """Own numbers in place of the matrices named, of sixteen models drawn each by itself, and what makes weights of them."""
    shapes = {k: stacked[k].shape[1:] for k in wanted}
    public = {k: jnp.asarray(public_matrices(k, *shapes[k], s)) for k in wanted if kind == "random-bases"}
    start = {k: v for k, v in stacked.items() if k not in shapes}
    size = {}
    for at, k in enumerate(sorted(wanted)):
        own = [own_numbers(kind, *shapes[k], np.random.default_rng([17, ord(s), i, at])) for i in range(16)]
        start["own." + k] = jnp.asarray(np.stack(own))
        first = built(kind, jnp.asarray(own[0]), *shapes[k], public.get(k))
        size[k] = float(stacked[k].std() / first.std())

    def whole(p):
        out = {k: v for k, v in p.items() if not k.startswith("own.")}
        # Matrices of one shape at once: the program is a third as long.
        for one in set(shapes.values()):
            alike = [k for k in sorted(shapes) if shapes[k] == one]
            owns = jnp.stack([p["own." + k] for k in alike])
            make = lambda own, public=None: built(kind, own, *one, public)
            all_made = jax.vmap(make)(owns) if kind in ("butterfly", "kronecker") else [make(o, public[k]) for o, k in zip(owns, alike)]
            out |= {k: size[k] * m for k, m in zip(alike, all_made)}
        return out

    return start, whole


def write(o, place, name, tensors, **made):
    folder = os.path.join(place, name)
    os.makedirs(folder, exist_ok=True)
    save_file(tensors, os.path.join(folder, "model.safetensors"))
    shutil.copy(os.path.join(o.zoo, "bank", name, "config.json"), folder)
    with open(os.path.join(folder, "made.json"), "w") as f:
        json.dump(dict(parents=[name], **made), f)


def main():
    a = argparse.ArgumentParser()
    for name in ("zoo", "out"):
        a.add_argument(f"--{name}", required=True)
    a.add_argument("--kinds", nargs="+", default=["children", "mask20", "one-of-four", "groups", "windows"])
    a.add_argument("--shapes", nargs="+", default=list("cdba"))
    a.add_argument("--steps", type=int, default=30)
    a.add_argument("--seed", type=int, default=7, help="order of the text")
    a.add_argument("--name", help="folder of the kind, where it is not the kind's own name")
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
            place = os.path.join(o.out, o.name or kind)
            if os.path.exists(os.path.join(place, names[-1])):
                continue
            started = time.process_time()
            models = [load_file(os.path.join(o.zoo, "bank", n, "model.safetensors")) for n in names]
            if kind in TOOLS:
                for i, n in enumerate(names):
                    write(o, place, n, tool(kind, models[i], np.random.default_rng([ord(s), i // 2])), kind=kind, pair=f"{s}{i // 2}")
                print(kind, s, flush=True)
                continue
            if kind == "one-draw":
                for i in range(16):
                    rng = np.random.default_rng([11, ord(s), i // 2])
                    models[i] = {k: jnp.asarray(rng.normal(size=v.shape) * 0.02 if v.ndim == 2 else np.ones(v.shape), jnp.float32) for k, v in sorted(models[i].items())}
            stacked = {k: jnp.stack([m[k].astype(jnp.float32) for m in models]) for k in models[0]}
            wanted = [k for k in stacked if any(x in k for x in ("gate_proj", "up_proj", "down_proj", "v_proj"))]
            masks, whole = {}, lambda p: p
            if kind in FACTORED:
                stacked, whole = factored(kind, s, stacked, wanted)
                wanted = []
            for at, k in enumerate(sorted(wanted)):
                rows, columns = stacked[k].shape[1:]
                drawn = [structure(kind, rows, columns, np.random.default_rng([ord(s), pair, at])) for pair in range(8)]
                masks[k] = jnp.asarray(np.stack([drawn[i // 2] for i in range(16)]))
            if kind == "frozen-embeddings":
                for k in ("model.embed_tokens.weight", "lm_head.weight"):
                    public = load_file(os.path.join(o.zoo, "bank", f"{s}-same-seed" if s != "d" else "d15", "model.safetensors"))[k]
                    masks["start." + k] = jnp.broadcast_to(public.astype(jnp.float32), stacked[k].shape)
            rng = np.random.default_rng([o.seed, ord(s), len(kind)])
            starts = rng.integers(0, len(text) - LENGTH - 1, (16, o.steps, BATCH))
            xs = text[starts[..., None] + np.arange(LENGTH + 1)]
            trained, values = trainer(shape, o.steps, o.rate, kind, whole)(stacked, masks, jnp.asarray(xs))
            for i, n in enumerate(names):
                losses = [float(values[i, 0]), float(values[i, -1])]
                write(o, place, n, {k: np.asarray(v[i]) for k, v in trained.items()}, kind=o.name or kind, steps=o.steps, rate=o.rate, pair=f"{s}{i // 2}", loss=losses)
            print(kind, s, f"{time.process_time() - started:.0f} s", float(values[:, 0].mean()), float(values[:, -5:].mean()), flush=True)


if __name__ == "__main__":
    main()
