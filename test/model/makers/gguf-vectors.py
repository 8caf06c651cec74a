"""
Makes test/model/gguf-vectors.json: blocks of every read type with their values, and one small file, by the reference
implementation in Python (PyPI gguf 0.19.0, MIT). Seeded: the same versions write the same file.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install gguf==0.19.0
    /tmp/venv/bin/python test/model/makers/gguf-vectors.py
"""
import base64, json, os, tempfile
import numpy as np
from gguf import GGMLQuantizationType as T, GGUFWriter
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

# Where the f16 scales of a block lie.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
          "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
rng = np.random.default_rng(1)
b64 = lambda a: base64.b64encode(np.ascontiguousarray(a).tobytes()).decode()

blocks = {}
for name, scales in SCALES.items():
    values, size = GGML_QUANT_SIZES[T[name]]
    raw = rng.integers(0, 256, size=(3, size), dtype=np.uint8)
    for at in scales:
        # Normal and subnormal scales of either sign, never NaN or infinite.
        raw[:, at:at + 2] = np.array([[0.0173], [-2.5], [3e-6]], dtype=np.float16).view(np.uint8)
    blocks[name] = {"blocks": b64(raw), "values": b64(dequantize(raw, T[name]).astype(np.float32))}

# OCP Microscaling: a power of two in the first byte, here down to where it is no normal f32.
raw = np.random.default_rng(2).integers(0, 256, size=(4, 17), dtype=np.uint8)
raw[:, 0] = [120, 141, 1, 0]
blocks["MXFP4"] = {"blocks": b64(raw), "values": b64(dequantize(raw, T.MXFP4).astype(np.float32))}

path = os.path.join(tempfile.mkdtemp(), "tiny.gguf")
writer = GGUFWriter(path, "llama")
writer.add_block_count(1)
writer.add_context_length(16)
writer.add_embedding_length(64)
writer.add_feed_forward_length(96)
writer.add_head_count(4)
writer.add_head_count_kv(2)
writer.add_rope_freq_base(10000.0)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_tokenizer_model("gpt2")
writer.add_token_list(["<s>", "</s>", "\u0120the", "\u00e9", "a", "b", "c", "d"])
writer.add_token_types([3, 3, 1, 1, 1, 1, 1, 1])
shapes = {"token_embd": (8, 64), "output": (8, 64), "output_norm": (64,), "blk.0.attn_norm": (64,), "blk.0.ffn_norm": (64,),
          "blk.0.attn_q": (64, 64), "blk.0.attn_k": (32, 64), "blk.0.attn_v": (32, 64), "blk.0.attn_output": (64, 64),
          "blk.0.ffn_gate": (96, 64), "blk.0.ffn_up": (96, 64), "blk.0.ffn_down": (64, 96)}
types = {"output": T.F16, "blk.0.attn_v": T.BF16, "blk.0.ffn_up": T.Q4_0, "blk.0.ffn_gate": T.Q8_0, "blk.0.ffn_down": T.Q5_1}
tensors = {}
for name, shape in shapes.items():
    plain = rng.standard_normal(shape, dtype=np.float32)
    kind = types.get(name, T.F32)
    stored = plain if kind == T.F32 else quantize(plain, kind)
    writer.add_tensor(f"{name}.weight", stored, raw_dtype=None if kind in (T.F32, T.F16) else kind)
    back = plain if kind == T.F32 else dequantize(stored, kind)
    tensors[f"{name}.weight"] = {"type": kind.name, "shape": shape, "first": float(back.reshape(-1)[0]),
                                 "last": float(back.reshape(-1)[-1])}
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

out = {"source": "PyPI gguf 0.19.0", "blocks": blocks, "file": {"bytes": b64(np.fromfile(path, np.uint8)), "tensors": tensors}}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "gguf-vectors.json"), "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
