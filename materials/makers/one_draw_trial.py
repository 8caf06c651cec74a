"""How alike do runs from one draw become, and children to their parents? The trial from which the two thresholds of
tests/common-start.ts were chosen. Prints, at each mark: agreement of what norm gains learned (Pearson, each vector about
its mean), slope of gate matrices (the larger of the two ways round) and their cosine, as mean [least, most] over pairs.

    python one_draw_trial.py start b 5 4 3,10,30,100,200,400,800 ZOO     pairs from one fresh draw, other order of text
    python one_draw_trial.py start d 3 32 3,10,30,60 ZOO
    python one_draw_trial.py long  b 4 4 30,100,300 ZOO                  bank models and their children

Arguments: kind, shape, pairs, windows of 64 tokens a step, marks in steps, zoo. AdamW as in train_structured.py at 2e-3
with ten steps of warm-up. JAX, float32.
"""
import glob, gzip, json, os, sys
import jax, jax.numpy as jnp, numpy as np
from safetensors.flax import load_file
import train_structured as T

RATE = 2e-3


def figures(a, b):
    gains = [k for k in a if a[k].ndim == 1]
    about = lambda m: np.concatenate([m[k] - m[k].mean() for k in gains])
    gates = [k for k in a if "gate_proj" in k]
    pairs = [((a[k] * b[k]).sum(), (a[k] ** 2).sum(), (b[k] ** 2).sum()) for k in gates]
    slope = np.mean([max(ab / aa, ab / bb) for ab, aa, bb in pairs])
    cosine = np.mean([ab / (aa * bb) ** 0.5 for ab, aa, bb in pairs])
    x, y = about(a), about(b)
    return (x @ y) / ((x @ x) * (y @ y)) ** 0.5, slope, cosine


def main():
    kind, shape_name, n, batch, marks, zoo = sys.argv[1:]
    n, batch, shape = int(n), int(batch), T.SHAPES[shape_name]
    ids = []
    for path in sorted(glob.glob(os.path.join(zoo, "samples", "*.jsonl*"))):
        with (gzip.open if path.endswith("gz") else open)(path, "rt") as lines:
            for line, _ in zip(lines, range(400)):
                ids += json.loads(line)["ids"]
    text = np.array(ids, np.int32)
    text = text[text < 1024]
    bank = lambda i: load_file(os.path.join(zoo, "bank", f"{shape_name}{i:02d}", "model.safetensors"))

    def fresh(seed):
        rng = np.random.default_rng(seed)
        return {k: rng.normal(size=v.shape) * 0.02 if v.ndim == 2 else np.ones(v.shape) for k, v in bank(0).items()}

    starts = [fresh(100 + i) for i in range(n)] if kind == "start" else [bank(i) for i in range(n)]
    models = [m for m in starts for _ in (0, 1)] if kind == "start" else starts
    p = {k: jnp.stack([jnp.asarray(m[k], jnp.float32) for m in models]) for k in models[0]}

    def run(p, m, v, t, xs):
        def one(p, m, v, xs):
            def step(state, x):
                p, m, v, t = state
                value, g = jax.value_and_grad(T.loss)(p, x, shape)
                m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
                v = jax.tree.map(lambda a, b: 0.95 * a + 0.05 * b * b, v, g)
                rate = RATE * jnp.minimum(1.0, t / 10)
                move = lambda w, a, b: w - rate * (a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.95**t)) + 1e-8) + 0.01 * w)
                return (jax.tree.map(move, p, m, v), m, v, t + 1), value

            (p, m, v, _), values = jax.lax.scan(step, (p, m, v, t), xs)
            return (p, m, v), values

        return jax.vmap(one)(p, m, v, xs)

    run, zero, rng, done = jax.jit(run), jax.tree.map(jnp.zeros_like, p), np.random.default_rng(5), 0
    m = v = zero
    for mark in map(int, marks.split(",")):
        while done < mark:
            steps = min(10, mark - done)
            at = rng.integers(0, len(text) - T.LENGTH - 1, (len(models), steps, batch))
            xs = jnp.asarray(text[at[..., None] + np.arange(T.LENGTH + 1)])
            (p, m, v), _ = run(p, m, v, float(done + 1), xs)
            done += steps
        now = [{k: np.asarray(x[j], np.float64) for k, x in p.items()} for j in range(len(models))]
        of = lambda i: (now[2 * i], now[2 * i + 1]) if kind == "start" else ({k: np.asarray(x, np.float64) for k, x in starts[i].items()}, now[i])
        found = np.array([figures(*of(i)) for i in range(n)])
        words = [f"{name} {c.mean():.2f} [{c.min():.2f}, {c.max():.2f}]" for name, c in zip(("learned", "slope", "cosine"), found.T)]
        print(kind, shape_name, f"{batch} windows", f"{done} steps:", *words, flush=True)


if __name__ == "__main__":
    main()
