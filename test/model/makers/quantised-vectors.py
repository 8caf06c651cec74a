"""
Makes test/model/quantised-vectors.json: one small matrix in each quantised layout that is read, and the SHA-256 of its
values as little-endian f32. Codes are packed and read back here with numpy and torch, MXFP4 and 4-bit packing by their
makers' own code (PyPI transformers, compressed-tensors). Seeded: the same versions write the same file.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install torch==2.15.0 numpy==2.4.6 transformers==5.23.0 compressed-tensors==0.20.0
    /tmp/venv/bin/python test/model/makers/quantised-vectors.py
"""
import base64, hashlib, json, os
import numpy as np
import torch
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

ROWS, COLUMNS = 32, 64
rng = np.random.default_rng(7)
NAMES = {torch.int8: "I8", torch.uint8: "U8", torch.int32: "I32", torch.float32: "F32", torch.float16: "F16",
         torch.bfloat16: "BF16", torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2", torch.int64: "I64"}
out = {}

def case(name, tensors, values, config=None):
    values = np.ascontiguousarray(values, dtype=np.float32)
    stored = {}
    for key, t in tensors.items():
        t = torch.as_tensor(np.ascontiguousarray(t)) if isinstance(t, np.ndarray) else t.contiguous()
        data = t.reshape(-1).view(torch.uint8).numpy().tobytes()
        stored[key] = {"dtype": NAMES[t.dtype], "shape": list(t.shape), "data": base64.b64encode(data).decode()}
    out[name] = {"config": config, "tensors": stored, "shape": list(values.shape),
                 "first": [float(x) for x in values.reshape(-1)[:4]], "sha256": hashlib.sha256(values.tobytes()).hexdigest()}

def once(*factors):
    """A product rounded to f32 once."""
    p = np.array(1.0, dtype=np.float64)
    for f in factors: p = p * np.asarray(f, dtype=np.float64)
    return p.astype(np.float32)

def words(codes, bits, axis):
    """Codes into 32-bit words along an axis, the first in the lowest bits."""
    codes = np.moveaxis(codes.astype(np.uint64), axis, -1)
    each = 32 // bits
    codes = codes.reshape(*codes.shape[:-1], -1, each)
    packed = sum(codes[..., k] << np.uint64(bits * k) for k in range(each)).astype(np.uint32).view(np.int32)
    return np.moveaxis(packed, -1, axis)

def f16(shape): return (rng.standard_normal(shape) * 0.02).astype(np.float16)

# AutoGPTQ: qweight is inputs × outputs; a zero is stored less one, and read modulo 2^bits.
def gptq(bits, group, shuffled, less):
    groups = COLUMNS // group
    q = rng.integers(0, 2**bits, (COLUMNS, ROWS))
    z = rng.integers(0, 2**bits, (groups, ROWS))
    s = f16((groups, ROWS))
    g = np.arange(COLUMNS, dtype=np.int32) // group
    if shuffled: g = g[rng.permutation(COLUMNS)]
    t = {"W.qweight": words(q, bits, 0), "W.qzeros": words((z - less) % 2**bits, bits, 1), "W.scales": s}
    if shuffled or less == 0: t["W.g_idx"] = g
    return t, once((q - z[g]).T, s[g].T)
case("gptq, 4 bits, act order", *gptq(4, 16, True, 1), {"quant_method": "gptq", "bits": 4})
case("gptq, 8 bits, no g_idx", *gptq(8, 32, False, 1))
case("gptq, 2 bits", *gptq(2, 32, True, 1), {"quant_method": "gptq", "bits": 2})
case("gptq, second format", *gptq(4, 16, False, 0), {"quant_method": "gptq", "bits": 4, "checkpoint_format": "gptq_v2"})

# AutoAWQ, GEMM: words lie along the outputs; output ORDER[k] of each eight has bits 4k.
ORDER = [0, 2, 4, 6, 1, 3, 5, 7]
def awq_words(codes): return words(codes.reshape(codes.shape[0], -1, 8)[:, :, ORDER].reshape(codes.shape), 4, 1)
q, z, s = rng.integers(0, 16, (COLUMNS, ROWS)), rng.integers(0, 16, (4, ROWS)), f16((4, ROWS))
g = np.arange(COLUMNS) // 16
case("awq", {"W.qweight": awq_words(q), "W.qzeros": awq_words(z), "W.scales": s}, once((q - z[g]).T, s[g].T),
     {"quant_method": "awq", "bits": 4, "version": "gemm"})

# Integers of 8 bits.
q = rng.integers(-128, 128, (ROWS, COLUMNS)).astype(np.int8)
s = torch.as_tensor(rng.random((ROWS, 1)) * 0.01).to(torch.bfloat16)
case("int8, a scale a row", {"W.weight": q, "W.weight_scale": s}, once(q, s.float().numpy()))
case("int8, one scale", {"W.weight": q, "W.weight_scale": torch.tensor([0.0123])}, once(q, np.float32(0.0123)))
zero = rng.integers(-20, 20, (ROWS, 1)).astype(np.int8)
case("int8 with zeros", {"W.weight": q, "W.weight_scale": s, "W.weight_zero_point": zero},
     once(q.astype(int) - zero, s.float().numpy()))
scb = (rng.random(ROWS) * 3).astype(np.float32)
case("LLM.int8", {"W.weight": q, "W.SCB": scb}, once(q, scb[:, None].astype(np.float64) * (1 / 127)))
gs = torch.as_tensor(rng.random((ROWS, 4)) * 0.01).to(torch.float16)
case("int8, groups of a row", {"W.weight": q, "W.weight_scale": gs}, once(q, np.repeat(gs.float().numpy(), 16, 1)))

# Floats of 8 bits.
def f8(shape, dtype): return torch.as_tensor(rng.standard_normal(shape) * 40).to(dtype)
for dtype in (torch.float8_e4m3fn, torch.float8_e5m2):
    w = f8((ROWS, COLUMNS), dtype)
    case(f"{NAMES[dtype]}, one scale", {"W.weight": w, "W.weight_scale": torch.tensor(0.0371)}, once(w.float().numpy(), np.float32(0.0371)))
def blocked(rows, columns, r, c):
    w = f8((rows, columns), torch.float8_e4m3fn)
    s = torch.as_tensor(rng.random((-(-rows // r), -(-columns // c)))).float() * 0.01
    full = np.repeat(np.repeat(s.numpy(), r, 0), c, 1)[:rows, :columns]
    return {"W.weight": w, "W.weight_scale_inv": s}, once(w.float().numpy(), full)
case("F8, blocks of 128", *blocked(136, 160, 128, 128))
case("F8, blocks as stated", *blocked(ROWS, COLUMNS, 16, 32), {"quant_method": "fp8", "weight_block_size": [16, 32]})

# compressed-tensors, packed.
q = torch.as_tensor(rng.integers(-8, 8, (ROWS, COLUMNS)).astype(np.int8))
s = torch.as_tensor(rng.random((ROWS, 4)) * 0.01).to(torch.bfloat16)
case("pack-quantized, 4 bits", {"W.weight_packed": pack_to_int32(q, 4), "W.weight_scale": s, "W.weight_shape": torch.tensor([ROWS, COLUMNS])},
     once(q.numpy(), np.repeat(s.float().numpy(), 16, 1)),
     {"quant_method": "compressed-tensors", "format": "pack-quantized", "config_groups": {"group_0": {"weights": {"num_bits": 4}}}})

# GPT-OSS: two experts.
blocks = torch.as_tensor(rng.integers(0, 256, (2, ROWS, COLUMNS // 32, 16)).astype(np.uint8))
scales = torch.as_tensor(rng.integers(100, 130, (2, ROWS, COLUMNS // 32)).astype(np.uint8))
values = convert_moe_packed_tensors(blocks, scales, dtype=torch.float32)
if tuple(values.shape) == (2, COLUMNS, ROWS): values = values.transpose(1, 2)
case("MXFP4", {"W_blocks": blocks, "W_scales": scales}, values.numpy())

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "quantised-vectors.json"), "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
