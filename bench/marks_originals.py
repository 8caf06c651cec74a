"""The Python originals on the same megatoken: transformers' KGW detector, SynthID-Text of transformers (g-values alone, and
scoring as its detectors do: g-values, repetition mask, weighted mean). One thread, CPU seconds, one JSON line a figure.

  python bench/marks_originals.py corpus.bin             every figure
  python bench/marks_originals.py corpus.bin --detection whole detection alone, for one round of a ratio
"""
import hashlib, json, sys, time

import numpy as np
import torch
from transformers import SynthIDTextWatermarkLogitsProcessor, WatermarkDetector, WatermarkingConfig

torch.set_num_threads(1)
TOKENS, VOCABULARY = 1_000_000, 128256
flat = np.fromfile(sys.argv[1], dtype="<u4")
ids, at = [], 0
while len(ids) < TOKENS:
    ids += flat[at + 1 : at + 1 + flat[at]].tolist()
    at += 1 + int(flat[at])
ids = torch.tensor(ids[:TOKENS])
KEYS = [1_000_003 * (i + 1) for i in range(30)]


def timed(name, tokens, work):
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    print(json.dumps({"name": name, "tokens": tokens, "cpuSeconds": round(seconds, 4), "tokensPerSecond": round(tokens / seconds)}), flush=True)


class Config:
    vocab_size, bos_token_id, is_encoder_decoder = VOCABULARY, -1, False
    def get_text_config(self, **_):
        return self


def kgw(tokens):
    detector = WatermarkDetector(Config(), "cpu", WatermarkingConfig(seeding_scheme="lefthash", context_width=1), ignore_repeated_ngrams=True, max_cache_size=10**7)
    for run in ("cold", "warm", "warm"):
        timed(f"KGW lefthash, transformers' detector, {run}", tokens, lambda: detector(ids[None, :tokens]))


def synthid():
    p = SynthIDTextWatermarkLogitsProcessor(5, KEYS, 2**16, 0, 1024, "cpu")
    for size in (1000, 10_000, 100_000):
        def values():
            for i in range(0, TOKENS - 4, size):
                p.compute_g_values(ids[None, i : i + size + 4])
        timed(f"SynthID, transformers, g-values alone, {size} at once", TOKENS, values)
    weights = torch.linspace(10, 1, 30)
    some = 50_000
    def scored():
        for i in range(0, some, 1000):
            part = ids[None, i : i + 1004]
            mask = p.compute_context_repetition_mask(part)
            g = p.compute_g_values(part)
            ((g * weights).mean(-1) * mask).sum() / mask.sum()
    timed("SynthID, transformers, g-values, mask and weighted mean, 1000 at once", some, scored)


def reference(tokens):
    """The reference repository's present hash is on no package index: its description, in vectorised torch int64."""
    iv = int.from_bytes(hashlib.sha256(np.array(KEYS, dtype="<i8").tobytes()).digest(), "big") % (2**63 - 1)
    a, one, keys = torch.tensor(6364136223846793005), torch.tensor(1), torch.tensor(KEYS)
    def values():
        for i in range(0, tokens, 1000):
            windows = ids[i : i + 1004].unfold(0, 5, 1)
            h = torch.full((len(windows),), iv)
            for k in range(5):
                h = (h + windows[:, k]) * a + one
            x = (h[:, None] + keys) * a + one
            for _ in range(12):
                x = ((x + one) * a + one) >> 5
            (x >> 30) % 2
    timed("SynthID, reference, as described, in torch, g-values alone", tokens, values)


def synthid_detection(some=30_000):
    """What both detectors do with a text: g-values, context repetition mask (the package's own, an id at a time), weighted mean."""
    p = SynthIDTextWatermarkLogitsProcessor(5, KEYS, 2**16, 0, 1024, "cpu")
    weights = torch.linspace(10, 1, 30)
    iv = int.from_bytes(hashlib.sha256(np.array(KEYS, dtype="<i8").tobytes()).digest(), "big") % (2**63 - 1)
    a, one, keys = torch.tensor(6364136223846793005), torch.tensor(1), torch.tensor(KEYS)
    def reference_values(part):
        windows = part[0].unfold(0, 5, 1)
        h = torch.full((len(windows),), iv)
        for k in range(5):
            h = (h + windows[:, k]) * a + one
        x = (h[:, None] + keys) * a + one
        for _ in range(12):
            x = ((x + one) * a + one) >> 5
        return ((x >> 30) % 2)[None]
    def scored(values):
        for i in range(0, some, 1000):
            part = ids[None, i : i + 1004]
            mask = p.compute_context_repetition_mask(part)
            ((values(part) * weights).mean(-1) * mask).sum() / mask.sum()
    timed("SynthID, transformers, detection", some, lambda: scored(p.compute_g_values))
    timed("SynthID, reference, detection", some, lambda: scored(reference_values))


if "--detection" in sys.argv:
    synthid_detection()
    detector = WatermarkDetector(Config(), "cpu", WatermarkingConfig(seeding_scheme="lefthash", context_width=1), ignore_repeated_ngrams=True, max_cache_size=10**7)
    timed("KGW lefthash, detection", 2000, lambda: detector(ids[None, :2000]))
else:
    kgw(5000)
    synthid()
    synthid_detection()
    reference(100_000)
