"""Small ONNX files as onnxruntime's own quantisers and as exporters of two branches write them (test/model/onnx-codes.test.ts).

    pip install onnx==1.23.2 onnxruntime==1.32.0 onnx_ir && python materials/makers/onnx_exports.py test/model/onnx-codes

One model: 2 layers of width 32, 64 units, 16 tokens; values count up as the test's do. Beside each file with codes stands
what onnxruntime multiplies by: the identity, sent through each product (FILE.f32, names in FILE.json).
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

WIDTH, UNITS, TOKENS, LAYERS = 32, 64, 16, 2
OUT = Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
count = 0


def values(*shape):
    global count
    n = int(np.prod(shape))
    out = ((np.arange(count, count + n) % 97) - 48).astype(np.float32) / 64
    # Rows of unlike size, so that a scale of another row is seen.
    count += n
    return (out.reshape(shape) * (1 + np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1)) / shape[0])).astype(np.float32)


def model():
    """Products as PyTorch's exporter folds them: matrices turned, without names of their own."""
    nodes, weights = [], []
    matrices = {}

    def linear(path, source, target, rows, columns):
        w = values(rows, columns)
        matrices[path] = w
        name = f"onnx::MatMul_{len(weights)}"
        weights.append(numpy_helper.from_array(np.ascontiguousarray(w.T), name))
        nodes.append(helper.make_node("MatMul", [source, name], [target], name=f"/{path.replace('.', '/')}/MatMul"))

    embed = values(TOKENS, WIDTH)
    weights.append(numpy_helper.from_array(embed, "model.embed_tokens.weight"))
    nodes.append(helper.make_node("Gather", ["model.embed_tokens.weight", "ids"], ["h0"], name="/model/embed_tokens/Gather"))
    for layer in range(LAYERS):
        at = f"model.layers.{layer}"
        h = f"h{layer}"
        for part in ["q", "k", "v", "o"]:
            linear(f"{at}.self_attn.{part}_proj", h, f"{part}{layer}", WIDTH, WIDTH)
        linear(f"{at}.mlp.gate_proj", h, f"g{layer}", UNITS, WIDTH)
        linear(f"{at}.mlp.up_proj", h, f"u{layer}", UNITS, WIDTH)
        nodes.append(helper.make_node("Mul", [f"g{layer}", f"u{layer}"], [f"m{layer}"]))
        linear(f"{at}.mlp.down_proj", f"m{layer}", f"d{layer}", WIDTH, UNITS)
        nodes.append(helper.make_node("Sum", [f"{p}{layer}" for p in "qkvod"], [f"h{layer + 1}"]))
    return nodes, weights, matrices, f"h{LAYERS}"


def whole(nodes, weights, last, opset=17):
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])
    out = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", WIDTH])
    graph = helper.make_graph(nodes, "small", [ids], [out], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8 if opset < 21 else 10)
    onnx.checker.check_model(made)
    return made


def used(path, paths):
    """Rows of each matrix as onnxruntime multiplies by them: the identity, through each product alone."""
    made = onnx.load(path)
    stored = {t.name: t for t in made.graph.initializer}
    found, rows = {}, []
    for node in made.graph.node:
        at = "/".join(node.name.split("/")[1:-1]).replace("/", ".")
        if at not in paths or node.op_type not in ("MatMulNBits", "MatMulInteger", "MatMul"):
            continue
        inputs = paths[at].shape[1]
        if node.op_type == "MatMulInteger":
            # Codes, zeros and scales by hand: activations are codes there.
            stem = node.input[1].removesuffix("_quantized")
            codes, scale, zero = (numpy_helper.to_array(stored[stem + s]) for s in ("_quantized", "_scale", "_zero_point"))
            w = (codes.astype(np.float32) - zero.astype(np.float32)) * scale
        else:
            head = [n for n in made.graph.node if n.output and n.output[0] == node.input[1]]
            node = onnx.NodeProto.FromString(node.SerializeToString())
            node.input[0], node.output[0] = "x", "y"
            graph = helper.make_graph(
                [*head, node], "one",
                [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", inputs])],
                [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", None])],
                [stored[n] for each in [*head, node] for n in each.input if n in stored])
            one = helper.make_model(graph, opset_imports=made.opset_import, ir_version=made.ir_version)
            session = ort.InferenceSession(one.SerializeToString(), providers=["CPUExecutionProvider"])
            w = session.run(None, {"x": np.eye(inputs, dtype=np.float32)})[0]
        found[at] = list(w.T.shape)
        rows.append(np.ascontiguousarray(w.T).astype("<f4").reshape(-1))
    return found, np.concatenate(rows)


nodes, weights, matrices, last = model()
plain = whole(nodes, weights, last)
onnx.save(plain, OUT / "plain.onnx")


def keep(name, path=None):
    found, rows = used(path or OUT / f"{name}.onnx", matrices)
    assert len(found) == len(matrices), (name, len(found), len(matrices))
    (OUT / f"{name}.json").write_text(json.dumps(found))
    rows.tofile(OUT / f"{name}.f32")


for name, bits, symmetric in [("nbits4", 4, True), ("nbits4-zeros", 4, False), ("nbits8", 8, True), ("nbits8-zeros", 8, False)]:
    config = DefaultWeightOnlyQuantConfig(block_size=16, is_symmetric=symmetric, accuracy_level=0, bits=bits)
    quantiser = MatMulNBitsQuantizer(onnx.load(OUT / "plain.onnx"), algo_config=config)
    quantiser.process()
    onnx.save(quantiser.model.model, OUT / f"{name}.onnx")
    keep(name)
for name, per_channel, kind in [("uint8", False, QuantType.QUInt8), ("uint8-channels", True, QuantType.QUInt8), ("int8-channels", True, QuantType.QInt8)]:
    quantize_dynamic(OUT / "plain.onnx", OUT / f"{name}.onnx", per_channel=per_channel, weight_type=kind, op_types_to_quantize=["MatMul"])
    keep(name)


def by_inputs():
    """`DequantizeLinear` along the inputs: a scale and a zero an input."""
    out_nodes, out_weights = [], []
    by = {w.name: numpy_helper.to_array(w) for w in weights}
    for node in nodes:
        if node.op_type != "MatMul":
            out_nodes.append(node)
            continue
        w = by.pop(node.input[1])
        low, high = np.minimum(w.min(1), 0), np.maximum(w.max(1), 0)
        scale = ((high - low) / 255).astype(np.float32)
        zero = np.round(-low / scale).astype(np.uint8)
        codes = np.clip(np.round(w / scale[:, None]) + zero[:, None], 0, 255).astype(np.uint8)
        stem = node.input[1]
        out_weights += [numpy_helper.from_array(v, stem + s) for v, s in ((codes, "_c"), (scale, "_s"), (zero, "_z"))]
        out_nodes.append(helper.make_node("DequantizeLinear", [stem + "_c", stem + "_s", stem + "_z"], [stem + "_d"], axis=0))
        out_nodes.append(helper.make_node("MatMul", [node.input[0], stem + "_d"], list(node.output), name=node.name))
    kept = [numpy_helper.from_array(v, k) for k, v in by.items()]
    onnx.save(whole(out_nodes, kept + out_weights, last), OUT / "by-inputs.onnx")
    keep("by-inputs")


by_inputs()


def branches():
    """Two branches that share the outer graph's matrices, as merged decoders do; one keeps a matrix of its own twice."""
    def branch(tag, extra):
        body = [onnx.NodeProto.FromString(n.SerializeToString()) for n in nodes]
        out = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", WIDTH])
        return helper.make_graph(body, tag, [], [out], extra)

    own = [w for w in weights if w.name == "onnx::MatMul_1"]
    outer = [w for w in weights if w.name != "onnx::MatMul_1"]
    node = helper.make_node("If", ["use_cache"], [last], then_branch=branch("then", own), else_branch=branch("else", own))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])
    use = helper.make_tensor_value_info("use_cache", TensorProto.BOOL, [])
    out = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", WIDTH])
    made = helper.make_model(helper.make_graph([node], "merged", [ids, use], [out], outer), opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    onnx.save(made, OUT / "merged.onnx")


branches()
(OUT / "plain.json").write_text(json.dumps({k: list(v.shape) for k, v in matrices.items()}))
np.concatenate([v.reshape(-1) for v in matrices.values()]).astype("<f4").tofile(OUT / "plain.f32")


def in_blocks(name, signed):
    """`DequantizeLinear` of opset 21: 4-bit codes by inputs, a scale for 16 inputs of an output."""
    out_nodes, out_weights = [], []
    by = {w.name: numpy_helper.to_array(w) for w in weights}
    for node in nodes:
        if node.op_type != "MatMul":
            out_nodes.append(node)
            continue
        w = by.pop(node.input[1])
        stem = node.input[1]
        groups = w.reshape(-1, 16, w.shape[1])
        if signed:
            scale = (np.abs(groups).max(1) / 7).astype(np.float32)
            codes = np.clip(np.round(groups / scale[:, None]), -8, 7).astype(np.int8)
        else:
            low, high = np.minimum(groups.min(1), 0), np.maximum(groups.max(1), 0)
            scale = ((high - low) / 15).astype(np.float32)
            zero = np.round(-low / scale).astype(np.uint8)
            codes = np.clip(np.round(groups / scale[:, None]) + zero[:, None], 0, 15).astype(np.uint8)
        kind = TensorProto.INT4 if signed else TensorProto.UINT4
        parts = [("_c", codes.reshape(w.shape))] + ([] if signed else [("_z", zero)])
        for suffix, value in parts:
            flat = value.astype(np.uint8).reshape(-1) & 15
            packed = (flat[0::2] | (flat[1::2] << 4)).astype(np.uint8).tobytes()
            out_weights.append(helper.make_tensor(stem + suffix, kind, value.shape, packed, raw=True))
        out_weights.append(numpy_helper.from_array(scale, stem + "_s"))
        inputs = [stem + "_c", stem + "_s"] + ([] if signed else [stem + "_z"])
        out_nodes.append(helper.make_node("DequantizeLinear", inputs, [stem + "_d"], axis=0, block_size=16))
        out_nodes.append(helper.make_node("MatMul", [node.input[0], stem + "_d"], list(node.output), name=node.name))
    kept = [numpy_helper.from_array(v, k) for k, v in by.items()]
    made = whole(out_nodes, kept + out_weights, last, 21)
    onnx.save(made, OUT / f"{name}.onnx")
    keep(name)


in_blocks("int4-blocks", True)
in_blocks("uint4-blocks", False)


def gathered():
    """A table of tokens in blocks of 16 along the row, packed bytes, as exporters of generators write it."""
    table = numpy_helper.to_array(weights[0])
    blocks = table.reshape(TOKENS, -1, 16)
    low, high = np.minimum(blocks.min(2), 0), np.maximum(blocks.max(2), 0)
    scale = ((high - low) / 15).astype(np.float32)
    zero = np.round(-low / scale).astype(np.uint8)
    codes = np.clip(np.round(blocks / scale[..., None]) + zero[..., None], 0, 15).astype(np.uint8).reshape(TOKENS, -1)
    pack = lambda v: (v[:, 0::2] | (v[:, 1::2] << 4)).astype(np.uint8)
    stem = "model.embed_tokens.weight"
    stored = [numpy_helper.from_array(v, stem + s) for v, s in ((pack(codes), "_Q4"), (scale, "_scales"), (pack(zero), "_zp"))]
    node = helper.make_node("GatherBlockQuantized", [stem + "_Q4", "ids", stem + "_scales", stem + "_zp"], ["h0"],
                            name="/model/embed_tokens/Gather_Q4", domain="com.microsoft", block_size=16, bits=4)
    graph = helper.make_graph([node, *nodes[1:]], "small", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
                              [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", WIDTH])], weights[1:] + stored)
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=sets, ir_version=8), OUT / "gathered.onnx")
    one = helper.make_graph([node], "one", [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
                            [helper.make_tensor_value_info("h0", TensorProto.FLOAT, ["n", WIDTH])], stored)
    session = ort.InferenceSession(helper.make_model(one, opset_imports=sets, ir_version=8).SerializeToString(),
                                   providers=["CPUExecutionProvider"])
    session.run(None, {"ids": np.arange(TOKENS, dtype=np.int64)})[0].astype("<f4").tofile(OUT / "gathered.f32")


gathered()
