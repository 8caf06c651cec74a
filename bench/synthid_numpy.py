"""SynthID-Text of 30 layers, the transformers library's table, in plain numpy over the ids of bench/detect-one.ts: states
of 16 bits by the linear hash, one weighted sum a state, each distinct tuple of context and token once, their mean.
Twice over a megatoken, as there. Prints the mean: a fair coin's, 0.5."""
import numpy as np

VOCABULARY, TOKENS, CONTEXTS, FOLLOWERS, LAYERS, WIDTH = 128_256, 1_000_000, 64_000, 16, 30, 5
MULTIPLIER = np.uint64(6364136223846793005)
KEYS = np.arange(1, LAYERS + 1, dtype=np.uint64) * np.uint64(1_000_003)
TABLE = np.random.default_rng(0).integers(0, 2, 1 << 16).astype(np.float64)

i = np.arange(TOKENS, dtype=np.uint64)
ids = ((i % CONTEXTS + 1) * 0x85EBCA6B + (i // CONTEXTS % FOLLOWERS) * 0xC2B2AE35) % 2**32 % VOCABULARY
weights = np.linspace(10, 1, LAYERS)
weights /= weights.sum()

for _ in range(2):
    one = np.uint64(1)
    states = np.ones(TOKENS - WIDTH + 1, dtype=np.uint64)
    for k in range(WIDTH):
        states = (states + ids[k : TOKENS - WIDTH + 1 + k].astype(np.uint64)) * MULTIPLIER + one
    first = np.unique(states)
    low = np.arange(1 << 16, dtype=np.uint64)
    sums = sum(w * TABLE[((low + key) * MULTIPLIER + one) & np.uint64(0xFFFF)] for w, key in zip(weights, KEYS))
    mean = sums[first & np.uint64(0xFFFF)].mean()
print(mean)
