"""Small models as ONNX folders for the study of inner states: unrelated ones, and relatives of some.

    python materials/makers/preference_states.py rewards --bank BANK --answers FOLDER --out FOLDER
    python materials/makers/preference_states.py plain --bank BANK --zoo MODELS --out FOLDER

(torch 2.15, transformers 4.57, onnx 1.19, onnxruntime 1.32; ten minutes and one minute of one core, resumable.)

Reward models, trained whole:

A base is a transformer of BANK (each of an initialisation of its own), a reward model that base under a linear head on the
mean of its last states, all weights trained by Bradley-Terry on pairs of one utility (`preference_panels.py`). Fourteen
bases are the panel, the others are asked about: by SHA-256 of their names. Of eight of the latter there are

  base        the base before any preference
  again       the reward model, trained on with other preferences
  int8        its weights in eight bits (onnxruntime's dynamic quantiser)
  same-base   another reward model on its base, with other preferences
  student     another base that learned from the reward model's scores of all pairs
  same-data   another base that learned the reward model's own pairs

Training is short and at a high rate (60 steps of 24 pairs, 2e-3): far more than most fine-tunes move a model.

Plain language models, not trained here: every base as it is, and models of MODELS whose makers say what they were made from,
each beside `base`, which is one of them.

`made.json` and `plain.json` say of each folder what it is and of whom.
"""
import argparse
import json
import os
import shutil
import time
import warnings

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from train_preference_scorers import SecondPanels
from transformers import LlamaForCausalLM

STEPS, PAIRS, RATE = 60, 24, 2e-3
RELATIVES = 8
# Of the zoo: made from `base`, or not.
DERIVED = ["quantized", "pruned", "lora", "finetune", "merged", "continued", "deeper", "shallower", "disguised"]
APART = ["distilled", "independent-same-data", "independent-finetuned", "independent-other-shape"]
warnings.filterwarnings("ignore")


class Reward(torch.nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body
        self.head = torch.nn.Linear(body.config.hidden_size, 1)
        torch.nn.init.zeros_(self.head.bias)

    def forward(self, input_ids, attention_mask, position_ids):
        # The mask is given whole: the exporter does not trace how the library makes it.
        seen = (position_ids[:, None, :] <= position_ids[:, :, None]) & (attention_mask[:, None, :] > 0)
        mask = torch.where(seen, 0.0, -1e9)[:, None]
        hidden = self.body(input_ids=input_ids, attention_mask=mask, position_ids=position_ids, use_cache=False).last_hidden_state
        weight = attention_mask[:, :, None].float()
        return self.head((hidden * weight).sum(1) / weight.sum(1))


class Maker:
    def __init__(self, bank, out):
        self.panels, self.bank, self.out, self.made = SecondPanels(bank, out), bank, out, []

    def read(self, answers):
        self.ids, raw = self.panels.texts(answers)
        counts = np.zeros((len(self.ids), 1024), dtype=np.float32)
        for i, seq in enumerate(self.ids):
            np.add.at(counts[i], seq, 1)
        self.panels.length = np.array([len(r) for r in raw], dtype=np.float32)
        self.panels.prepare(counts / counts.sum(1, keepdims=True))

    def batch(self, at):
        width = max(len(self.ids[i]) for i in at)
        x, mask = torch.zeros(len(at), width, dtype=torch.long), torch.zeros(len(at), width, dtype=torch.long)
        for r, i in enumerate(at):
            x[r, : len(self.ids[i])] = torch.tensor(self.ids[i])
            mask[r, : len(self.ids[i])] = 1
        return x, mask, torch.arange(width)[None].expand(len(at), -1)

    def fresh(self, base, seed):
        return self.headed(f"{self.bank}/{base}", seed)

    def headed(self, path, seed):
        torch.manual_seed(seed)
        body = LlamaForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").model
        return Reward(body)

    def trained(self, model, idx, labels, seed):
        rng = np.random.default_rng(seed)
        optimiser = torch.optim.AdamW(model.parameters(), lr=RATE)
        model.train()
        for _ in range(STEPS):
            some = rng.integers(0, len(idx), PAIRS)
            at = np.stack([2 * idx[some], 2 * idx[some] + 1], 1).ravel()
            score = model(*self.batch(at))[:, 0]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(score[::2] - score[1::2], torch.tensor(labels[some]))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
        return model.eval()

    def scores(self, model):
        out = np.zeros(len(self.ids), dtype=np.float32)
        order = sorted(range(self.panels.at_probe + 2 * self.panels.n_probe), key=lambda i: len(self.ids[i]))
        with torch.no_grad():
            for at in range(0, len(order), 256):
                out[order[at : at + 256]] = model(*self.batch(order[at : at + 256]))[:, 0].numpy()
        return out

    def write(self, name, model, tokenizer=None, **about):
        folder = f"{self.out}/{name}"
        if model is not None and not os.path.exists(f"{folder}/onnx/model.onnx"):
            os.makedirs(f"{folder}/onnx", exist_ok=True)
            names = ["input_ids", "attention_mask", "position_ids"]
            example = tuple(torch.ones(1, 7, dtype=torch.int64) for _ in names)
            axes = {each: {0: "batch", 1: "tokens"} for each in names} | {"logits": {0: "batch"}}
            torch.onnx.export(model, example, f"{folder}/part.onnx", dynamo=False, opset_version=17, input_names=names,
                              output_names=["logits"], dynamic_axes=axes)
            model.body.config.save_pretrained(folder)
            shutil.copy(tokenizer or f"{self.bank}/tokenizer.json", f"{folder}/tokenizer.json")
            json.dump({"tokenizer_class": "PreTrainedTokenizerFast"}, open(f"{folder}/tokenizer_config.json", "w"))
            torch.save(model.state_dict(), f"{folder}/state.pt")
            os.rename(f"{folder}/part.onnx", f"{folder}/onnx/model.onnx")
        self.made.append({"name": name, **about})

    def kept(self, name, base, make):
        """As it was trained before, or trained now."""
        if os.path.exists(f"{self.out}/{name}/onnx/model.onnx"):
            model = self.fresh(base, 0)
            model.load_state_dict(torch.load(f"{self.out}/{name}/state.pt"))
            return model.eval()
        return make()

    def plain(self, zoo):
        for half, names in self.panels.bases().items():
            for base in names:
                self.write(f"plain-{base}", self.fresh(base, 0).eval(), kind="plain", base=base, half=half)
        for kind, names in (("zoo", ["base"]), ("derived", DERIVED), ("apart", APART)):
            for name in names:
                about = {"kind": kind, "base": name, "half": "judge", **({} if kind == "zoo" else {"of": "zoo-base"})}
                self.write(f"zoo-{name}", self.headed(f"{zoo}/{name}", 0).eval(), f"{zoo}/{name}/tokenizer.json", **about)
        json.dump(self.made, open(f"{self.out}/plain.json", "w"), indent=1)

    def rewards(self):
        p, start = self.panels, time.process_time()
        own, pairs = {}, {}
        for half, names in p.bases().items():
            for i, base in enumerate(names):
                salt = (500_000 if half == "judge" else 400_000) + 100 * i
                pairs[base] = p.annotated(p.utility(salt), salt + 1)
                own[base] = self.kept(f"own-{base}", base, lambda: self.trained(self.fresh(base, salt + 2), *pairs[base], salt + 3))
                self.write(f"own-{base}", own[base], kind="own", base=base, half=half)
                print(f"own-{base} {time.process_time() - start:.0f} s", flush=True)
        names = p.bases()["judge"]
        for i, base in enumerate(names[:RELATIVES]):
            salt = 600_000 + 100 * i
            about = {"of": f"own-{base}", "half": "judge"}
            other = p.annotated(p.utility(salt), salt + 1)

            def more(kind, on, make):
                name = f"{kind}-{base}"
                self.write(name, self.kept(name, on, make), kind=kind, base=on, **about)

            def again():
                model = self.fresh(base, 0)
                model.load_state_dict(own[base].state_dict())
                return self.trained(model, *other, salt + 4)

            more("base", base, lambda: self.fresh(base, salt + 5).eval())
            more("again", base, again)
            more("same-base", base, lambda: self.trained(self.fresh(base, salt + 6), *other, salt + 7))
            student, alike = names[RELATIVES + i], names[2 * RELATIVES + i]
            more("student", student, lambda: self.trained(self.fresh(student, salt + 8), *p.served(self.scores(own[base]), salt + 9, p.PAIRS), salt + 10))
            more("same-data", alike, lambda: self.trained(self.fresh(alike, salt + 11), *pairs[base], salt + 12))
            folder = f"{self.out}/int8-{base}"
            if not os.path.exists(f"{folder}/onnx/model.onnx"):
                shutil.copytree(f"{self.out}/own-{base}", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("onnx", "state.pt"))
                os.makedirs(f"{folder}/onnx", exist_ok=True)
                quantize_dynamic(f"{self.out}/own-{base}/onnx/model.onnx", f"{folder}/onnx/model.onnx", weight_type=QuantType.QInt8)
            self.write(f"int8-{base}", None, kind="int8", base=base, **about)
            print(f"relatives of {base} {time.process_time() - start:.0f} s", flush=True)
        json.dump(self.made, open(f"{self.out}/made.json", "w"), indent=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["rewards", "plain"])
    for each in ("bank", "out"):
        parser.add_argument(f"--{each}", required=True)
    for each in ("answers", "zoo"):
        parser.add_argument(f"--{each}")
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    maker = Maker(args.bank, args.out)
    if args.what == "plain":
        maker.plain(args.zoo)
    else:
        maker.read(args.answers)
        maker.rewards()
