"""Mean states by layer of the tiny models of `tiny_scorers.py`, as torch has them, for a few prompts: what a reader of their
ONNX files has to find. The models are drawn again from their seeds, and have to give the scores that are in values.json.

    python materials/makers/tiny_states.py fixtures/scorers     (torch 2.15, transformers 4.57)

Of each model the stream's values before each block; behind the last, what goes into the last norm (BERT's last norm stands
inside its last block, so that there it is what that norm takes in).
"""
import json
import sys

import torch
from transformers import (AutoTokenizer, BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel, LlamaConfig,
                          LlamaForSequenceClassification)

folder = sys.argv[1]
prompts = ["What is a stone?", "Name a river (any).", "Say nothing"]


def drawn(model, seed):
    torch.manual_seed(seed)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, 0, 0.3) if weight.dim() > 1 else None
    return model.eval()


def config(name, kind):
    made = kind.from_pretrained(f"{folder}/{name}")
    made._attn_implementation = "eager"
    return made


models = {
    "reward": (BertForSequenceClassification, BertConfig, 24, lambda m: (list(m.bert.encoder.layer), m.bert.encoder.layer[-1].output.LayerNorm)),
    "preference": (LlamaForSequenceClassification, LlamaConfig, 25, lambda m: (list(m.model.layers), m.model.norm)),
    "causal": (GPT2LMHeadModel, GPT2Config, 26, lambda m: (list(m.transformer.h), m.transformer.ln_f)),
}
out = {"torch": torch.__version__, "prompts": prompts}
for name, (kind, kind_of_config, seed, parts) in models.items():
    model, tok = drawn(kind(config(name, kind_of_config)), seed), AutoTokenizer.from_pretrained(f"{folder}/{name}")
    blocks, norm = parts(model)
    seen = []
    for module in [*blocks, norm]:
        module.register_forward_pre_hook(lambda _, given, seen=seen: seen.append(given[0][0].double().mean(0).tolist()))
    out[name] = []
    for prompt in prompts:
        seen.clear()
        given = tok(prompt, return_tensors="pt")
        # GPT-2 would add an embedding of each type, which its exported graph does not take.
        if name == "causal":
            del given["token_type_ids"]
        with torch.no_grad():
            model(**given)
        out[name].append([list(each) for each in seen])
json.dump(out, open(f"{folder}/states.json", "w"), indent=0)
print({name: [len(each) for each in out[name]] for name in models})
