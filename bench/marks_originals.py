"""The Python originals on the first tokens of the same corpus: transformers' KGW detector and SynthID g-values.

  python bench/marks_originals.py corpus.bin [tokens]
"""
import sys, time

import numpy as np
import torch
from transformers import SynthIDTextWatermarkLogitsProcessor, WatermarkLogitsProcessor

torch.set_num_threads(1)
flat = np.fromfile(sys.argv[1], dtype="<u4")
tokens = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
ids, at = [], 0
while len(ids) < tokens:
    ids += flat[at + 1 : at + 1 + flat[at]].tolist()
    at += 1 + int(flat[at])
ids = torch.tensor(ids[:tokens])
processor = WatermarkLogitsProcessor(128256, "cpu")
start = time.process_time()
green = sum(int(t) in processor._get_greenlist_ids(c[None]) for c, t in zip(ids[:-1], ids[1:]))
print("KGW lefthash, transformers:", round((tokens - 1) / (time.process_time() - start)), "tokens/s, no cache,", green, "green")
synth = SynthIDTextWatermarkLogitsProcessor(5, list(range(1000, 1030)), 2**16, 0, 1024, "cpu")
start = time.process_time()
for i in range(0, tokens - 4, 1000):
    synth.compute_g_values(ids[None, i : i + 1004])
print("SynthID, transformers:", round((tokens - 4) / (time.process_time() - start)), "tokens/s")
