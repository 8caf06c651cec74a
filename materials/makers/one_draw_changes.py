"""Of two runs from one draw, how much of what the one changed does the other hold as well, and how much does a model hold of
what its ancestor had changed? The trial from which the threshold of anchor/held-change.ts was chosen.

Weights are scaled so that each has the draw's own share alike; what is left beside the draw is the change. Prints, for each
two marks, the median over matrices of <change of the one, change of the other> / <change of the one, itself>, mean [least, most]
over pairs: `apart` for two runs from one draw on other text, `descent` for a run and its own later state (another learning
rate's schedule begins at each mark, as whoever trains on begins one).

    python one_draw_changes.py SHAPE PAIRS WINDOWS MARKS ZOO [OUT [SEED]]        b 4 4 10,30,100,300 ../shared/zoo

SHAPE is one of the bank's, or `zoo` for the zoo's base. Draws are numbered from SEED (500; in the trial 100). With OUT are written, for each pair, OUT/SHAPEnn-WINDOWS/: init.safetensors, the draw; parent, a run at the first mark; child, the
same run at the last; double, the other run at the last.

AdamW as in train_structured.py at 2e-3, ten steps of warm-up, windows of 64 tokens a step. JAX, float32.
"""
import glob, gzip, json, os, shutil, sys
import jax, jax.numpy as jnp, numpy as np
from safetensors.flax import load_file
from safetensors.numpy import save_file
import train_structured as T

RATE = 2e-3


def held(start, one, other):
    out = []
    for name, t in start.items():
        if t.ndim != 2 or "proj" not in name:
            continue
        n = (t * t).sum()
        a, b = (one[name] * t).sum() / n, (other[name] * t).sum() / n
        x, y = one[name] / a - t, other[name] / b - t
        out.append((x * y).sum() / (x * x).sum())
    return np.median(out)


def save(path, weights):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    save_file({k: np.ascontiguousarray(v, np.float32) for k, v in weights.items()}, path, metadata={"format": "pt"})


def main():
    shape_name, n, batch, marks, zoo, *out = sys.argv[1:]
    n, batch, shape = int(n), int(batch), {**T.SHAPES, "zoo": (96, 6, 4, 2, 256)}[shape_name]
    # What judges shares no draw and no order of text with the trial.
    first_seed = int(out[1]) if len(out) > 1 else 500 if out else 100
    ids = []
    for path in sorted(glob.glob(os.path.join(zoo, "samples", "*.jsonl*"))):
        with (gzip.open if path.endswith("gz") else open)(path, "rt") as lines:
            for line, _ in zip(lines, range(400)):
                ids += json.loads(line)["ids"]
    text = np.array(ids, np.int32)
    text = text[text < 1024]
    of = os.path.join(zoo, "models", "base") if shape_name == "zoo" else os.path.join(zoo, "bank", f"{shape_name}00")
    sizes = load_file(os.path.join(of, "model.safetensors"))

    def fresh(seed):
        rng = np.random.default_rng(seed)
        return {k: rng.normal(size=v.shape) * 0.02 if v.ndim == 2 else np.ones(v.shape) for k, v in sizes.items()}

    starts = [fresh(first_seed + i) for i in range(n)]
    models = [s for s in starts for _ in (0, 1)]
    p = {k: jnp.stack([jnp.asarray(m[k], jnp.float32) for m in models]) for k in models[0]}

    def run(p, m, v, t, xs):
        def one(p, m, v, xs):
            def step(state, x):
                p, m, v, t = state
                g = jax.grad(T.loss)(p, x, shape)
                m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
                v = jax.tree.map(lambda a, b: 0.95 * a + 0.05 * b * b, v, g)
                rate = RATE * jnp.minimum(1.0, t / 10)
                move = lambda w, a, b: w - rate * (a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.95**t)) + 1e-8) + 0.01 * w)
                return (jax.tree.map(move, p, m, v), m, v, t + 1), None

            (p, m, v, _), _ = jax.lax.scan(step, (p, m, v, t), xs)
            return p, m, v

        return jax.vmap(one)(p, m, v, xs)

    run, zero, rng, done, seen = jax.jit(run), jax.tree.map(jnp.zeros_like, p), np.random.default_rng(first_seed), 0, {}
    for mark in map(int, marks.split(",")):
        m, v, t = zero, zero, 1.0
        while done < mark:
            steps = min(10, mark - done)
            at = rng.integers(0, len(text) - T.LENGTH - 1, (len(models), steps, batch))
            p, m, v = run(p, m, v, t, jnp.asarray(text[at[..., None] + np.arange(T.LENGTH + 1)]))
            done, t = done + steps, t + steps
        seen[mark] = [{k: np.asarray(x[j], np.float64) for k, x in p.items()} for j in range(len(models))]
        for first in seen:
            kinds = {"apart": [held(starts[i], seen[first][2 * i], seen[mark][2 * i + 1]) for i in range(n)]}
            kinds["apart, turned"] = [held(starts[i], seen[mark][2 * i + 1], seen[first][2 * i]) for i in range(n)]
            if first < mark:
                kinds["descent"] = [held(starts[j // 2], seen[first][j], seen[mark][j]) for j in range(2 * n)]
            lean = [np.median([(s[k] * m[k]).sum() / ((s[k] ** 2).sum() * (m[k] ** 2).sum()) ** 0.5 for k in s if "proj" in k]) for s, m in zip(starts, seen[first][::2])]
            kinds["cosine of the first with the draw"] = lean
            words = [f"{name} {np.mean(c):.2f} [{min(c):.2f}, {max(c):.2f}]" for name, c in kinds.items()]
            print(shape_name, f"{batch} windows", f"{first} and {mark} steps:", *words, flush=True)
    first = min(seen)
    for i in range(n if out else 0):
        folder = os.path.join(out[0], f"{shape_name}{i:02d}-{batch}")
        save(os.path.join(folder, "init.safetensors"), starts[i])
        for side, weights in (("parent", seen[first][2 * i]), ("child", seen[mark][2 * i]), ("double", seen[mark][2 * i + 1])):
            save(os.path.join(folder, side, "model.safetensors"), weights)
            shutil.copy(os.path.join(of, "config.json"), os.path.join(folder, side))


if __name__ == "__main__":
    main()
