"""A small GPT with random weights (that of GPT-2: Radford et al. 2019) as an ONNX folder, texts, and torch's own log-likelihoods of them.

    python membership-onnx.py OUT     (pip install torch onnx)

Writes OUT/model (config.json, tokenizer.json, tokenizer_config.json, onnx/model.onnx), OUT/texts.jsonl and OUT/torch.jsonl.
"""
import json
import os
import random
import sys

import torch

out = os.path.abspath(sys.argv[1])
os.makedirs(f"{out}/model/onnx", exist_ok=True)
letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'()-_"
vocabulary = {letter: i for i, letter in enumerate(letters)}
torch.manual_seed(19)
positions, width, layers, heads = 256, 64, 3, 4


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.behind = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.qkv, self.out = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.up, self.down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x, seen):
        q, k, v = self.qkv(self.before(x)).split(width, -1)
        parts = lambda t: t.view(t.shape[0], t.shape[1], heads, width // heads).transpose(1, 2)
        weights = parts(q) @ parts(k).transpose(2, 3) / (width // heads) ** 0.5
        weights = torch.softmax(weights.masked_fill(~seen, -1e9), -1)
        mixed = (weights @ parts(v)).transpose(1, 2).reshape(x.shape)
        x = x + self.out(mixed)
        return x + self.down(torch.nn.functional.gelu(self.up(self.behind(x))))


class Gpt(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = torch.nn.Embedding(len(letters), width), torch.nn.Embedding(positions, width)
        self.blocks, self.norm = torch.nn.ModuleList(Block() for _ in range(layers)), torch.nn.LayerNorm(width)
        for weight in self.parameters():
            torch.nn.init.normal_(weight, 0, 0.2) if weight.dim() > 1 else None

    def forward(self, input_ids, attention_mask):
        at = torch.cumsum(torch.ones_like(input_ids), 1) - 1
        seen = (at[:, None, :] <= at[:, :, None]) & (attention_mask[:, None, :] > 0)
        x = self.tokens(input_ids) + self.places(at)
        for block in self.blocks:
            x = block(x, seen[:, None])
        return self.norm(x) @ self.tokens.weight.T


model = Gpt().eval()
ids = torch.arange(9)[None]
torch.onnx.export(
    model, (ids, torch.ones_like(ids)), f"{out}/model/onnx/model.onnx", dynamo=False, opset_version=17,
    input_names=["input_ids", "attention_mask"], output_names=["logits"],
    dynamic_axes={"input_ids": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"}, "logits": {0: "batch", 1: "tokens"}},
)
json.dump({
    "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": len(letters), "n_positions": positions,
    "n_embd": width, "n_layer": layers, "n_head": heads, "bos_token_id": 0, "eos_token_id": 0,
}, open(f"{out}/model/config.json", "w"))
json.dump({
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
    "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False},
    "post_processor": None, "decoder": None,
    "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "a"},
}, open(f"{out}/model/tokenizer.json", "w"))
json.dump({"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 256}, open(f"{out}/model/tokenizer_config.json", "w"))
source = random.Random(19)
texts = [{"id": str(i), "text": "".join(source.choice(letters) for _ in range(source.randrange(2, 200)))} for i in range(300)]
open(f"{out}/texts.jsonl", "w").write("".join(json.dumps(each) + "\n" for each in texts))
with open(f"{out}/torch.jsonl", "w") as file, torch.no_grad():
    for each in texts:
        ids = torch.tensor([[vocabulary[letter] for letter in each["text"]]])
        rows = torch.log_softmax(model(ids, torch.ones_like(ids))[0].double(), -1)
        logprob = sum(float(rows[i - 1, ids[0, i]]) for i in range(1, ids.shape[1]))
        file.write(json.dumps({"id": each["id"], "logprob": logprob, "tokens": ids.shape[1] - 1}) + "\n")
print(json.dumps({"torch": torch.__version__}))
