"""Write the initial weights of models that train_bank.py made, drawn again from the seeds in their made.json.

One safetensors file a model (F32, Hugging Face names), for tests that compare a suspect
with a claimant's own initialisation. The draw is checked against the trained model: its
rows must lean to it. Existing files are skipped.
"""
import argparse
import json
import os

import torch
from safetensors.torch import save_file

import tiny


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--models", required=True, help="folder filled by train_bank.py")
    a.add_argument("--out", required=True)
    a.add_argument("--count", type=int, default=20, help="models per shape, from number 0")
    a.add_argument("--shapes", default="abcdef")
    o = a.parse_args()
    torch.set_num_threads(1)
    os.makedirs(o.out, exist_ok=True)
    for shape in o.shapes:
        leans = []
        for n in range(o.count):
            name = f"x{shape}{n:03d}"
            target = os.path.join(o.out, name + ".safetensors")
            with open(os.path.join(o.models, name, "made.json")) as f:
                made = json.load(f)
            init = tiny.draw(tiny.SHAPES[shape], made["seed"])
            trained = tiny.read_model(os.path.join(o.models, name))
            k = "model.layers.0.mlp.up_proj.weight"
            x, y = init[k].flatten(), trained[k].float().flatten()
            lean = (x @ y / x.norm() / y.norm()).item()
            if lean < 0.2:
                raise SystemExit(f"{name}: leans to the draw by {lean:.3f} only; is this another version of torch?")
            leans.append(lean)
            if not os.path.exists(target):
                save_file(init, target + ".part", metadata={"format": "pt"})
                os.rename(target + ".part", target)
        print(f"{shape}: {len(leans)} draws, cosine with the trained rows {min(leans):.2f} to {max(leans):.2f}", flush=True)


if __name__ == "__main__":
    main()
