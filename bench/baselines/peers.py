"""The published statistics as plain baselines: AWM (arXiv 2510.06738) and Zhu et al. (arXiv 2502.12292).

Written from the papers' formulas, in numpy with SciPy's linear assignment, as their authors' code has it:

  AWM        columns of the two embeddings over shared tokens, cosine; assignment on 1 - |cos| gives a map of residual
             dimensions and signs; Wq and Wk of the base aligned by it; unbiased CKA of their transposes, averaged over
             both and over layers (layers assigned to one another where their numbers differ);
             Z = (score - 0.00375) / 0.0028
  phi_U      per layer: assignment on cosines of rows of up_proj, Spearman of the assignment with the identity, one-sided
             t test; layers by Fisher (constrained test)
  phi_MATCH  per layer: assignment by gate_proj against assignment by up_proj, Spearman, Fisher (unconstrained test, on
             weights in place of activations)

  python peers.py < PAIRS     one {"a": folder, "b": folder} a line; answers one line each

With "once" the second model is not kept for later lines; with "every": n, both of Zhu et al.'s ask every n-th block alone.
"""
import glob
import json
import os
import sys
import time

import numpy as np
import torch
from safetensors import safe_open
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2, rankdata, t as student


def load(folder):
    """Tensors as stored; each is brought to F32 when it is used."""
    out = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
        if os.path.basename(path) == "init.safetensors":
            continue
        with safe_open(path, "pt") as f:
            for name in f.keys():
                out[name] = f.get_tensor(name)
    return out


def f32(tensor):
    return tensor.to(torch.float32).numpy()


def vocabulary(folder):
    try:
        with open(os.path.join(folder, "tokenizer.json"), encoding="utf-8") as f:
            return json.load(f)["model"]["vocab"]
    except (OSError, KeyError):
        return None


def layers(model):
    return 1 + max(int(name.split(".")[2]) for name in model if name.startswith("model.layers."))


def unit_columns(x):
    return x / np.maximum(np.linalg.norm(x, axis=0, keepdims=True), 1e-12)


def unit_rows(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)


def centred_gram(x):
    """U-centred Gram matrix of the rows of x, its diagonal nought."""
    k = x @ x.T
    n = len(k)
    np.fill_diagonal(k, 0)
    m = k.sum(0) / (n - 2)
    m -= m.sum() / (2 * (n - 1))
    k -= m[None, :]
    k -= m[:, None]
    np.fill_diagonal(k, 0)
    return k


def ucka(k, l):
    return float(np.vdot(k, l) / np.sqrt(np.vdot(k, k) * np.vdot(l, l)))


def awm(a, b, vocab_a, vocab_b):
    e = "model.embed_tokens.weight"
    if a[e].shape[1] < b[e].shape[1]:  # the base is the wider model
        a, b, vocab_a, vocab_b = b, a, vocab_b, vocab_a
    ea, eb = f32(a[e]), f32(b[e])
    if vocab_a and vocab_b:
        shared = [(i, vocab_b[s]) for s, i in vocab_a.items() if s in vocab_b and i < len(ea) and vocab_b[s] < len(eb)]
        ids = np.array(shared)
        ea, eb = ea[ids[:, 0]], eb[ids[:, 1]]
    else:
        n = min(len(ea), len(eb))
        ea, eb = ea[:n], eb[:n]
    sim = unit_columns(ea).T @ unit_columns(eb)
    rows, columns = linear_sum_assignment(1 - np.abs(sim))
    order = np.argsort(columns)
    to, sign = rows[order], np.sign(sim[rows[order], columns[order]]).astype(np.float32)
    la, lb = layers(a), layers(b)
    scores = np.zeros((la, lb))
    for kind in ("q", "k"):
        name = "model.layers.%d.self_attn." + kind + "_proj.weight"
        if la == lb:
            for i in range(la):
                x = centred_gram((f32(a[name % i])[:, to] * sign).T)
                scores[i, i] += ucka(x, centred_gram(f32(b[name % i]).T)) / 2
        else:
            xs = [centred_gram((f32(a[name % i])[:, to] * sign).T) for i in range(la)]
            ys = [centred_gram(f32(b[name % j]).T) for j in range(lb)]
            scores += np.array([[ucka(x, y) for y in ys] for x in xs]) / 2
    if la == lb:
        score = scores.trace() / la
    else:
        i, j = linear_sum_assignment(-scores)
        score = scores[i, j].mean()
    return {"score": float(score), "z": (float(score) - 0.00375) / 0.0028}


def spearman_p(p, q):
    """One-sided p of Spearman's rho of two orders, by Student's t."""
    n = len(p)
    x, y = rankdata(p), rankdata(q)
    r = np.corrcoef(x, y)[0, 1]
    if r >= 1 - 1e-12:
        return 0.0
    return float(student.sf(r * np.sqrt((n - 2) / (1 - r * r)), n - 2))


def fisher(ps):
    with np.errstate(divide="ignore"):
        return float(chi2.sf(-2 * np.log(ps).sum(), 2 * len(ps)))


def match(a, b):
    return linear_sum_assignment(-(unit_rows(a) @ unit_rows(b).T))[1]


def zhu(a, b, every):
    name = "model.layers.%d.mlp.%s_proj.weight"
    la, lb = layers(a), layers(b)
    if la != lb or a[name % (0, "up")].shape != b[name % (0, "up")].shape:
        return None
    started = time.perf_counter()
    ups = [match(f32(a[name % (i, "up")]), f32(b[name % (i, "up")])) for i in range(0, la, every)]
    u = fisher([spearman_p(m, np.arange(len(m))) for m in ups])
    middle = time.perf_counter()
    gates = [match(f32(a[name % (i, "gate")]), f32(b[name % (i, "gate")])) for i in range(0, la, every)]
    both = fisher([spearman_p(m, g) for m, g in zip(ups, gates)])
    ended = time.perf_counter()
    return {"phiU": u, "phiUSeconds": middle - started, "phiMatch": both, "phiMatchSeconds": ended - started}


def main():
    held = {}

    def model(folder):
        if folder not in held:
            held[folder] = (load(folder), vocabulary(folder))
        return held[folder]

    for line in sys.stdin:
        request = json.loads(line)
        if request.get("cold"):
            held.clear()
        started = time.perf_counter()
        (a, va), (b, vb) = model(request["a"]), model(request["b"])
        loaded = time.perf_counter()
        answer = {**request, "loadSeconds": loaded - started, "awm": awm(a, b, va, vb)}
        answer["awmSeconds"] = time.perf_counter() - loaded
        answer["zhu"] = None if request.get("awmOnly") else zhu(a, b, request.get("every", 1))
        if request.get("once"):
            held.pop(request["b"], None)
        print(json.dumps(answer), flush=True)


main()
