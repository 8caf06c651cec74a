"""Three tiny models with random weights, as ONNX folders, and torch's and ONNX Runtime's own scores of a dozen answers.

    python materials/makers/tiny_scorers.py fixtures/scorers     (pip install torch==2.8 transformers==4.57 onnx onnxruntime)

  reward      BertForSequenceClassification, one label; prompt and answer as a pair of texts
  preference  LlamaForSequenceClassification, two labels; prompt and answer as turns of a chat template
  causal      GPT2LMHeadModel; the log-probability of the answer after the prompt and a space

Real architectures of Hugging Face, weights drawn from a seed: what they prefer means nothing. The values are what a reader
of such folders has to find.
"""
import json
import math
import os
import shutil
import sys

import numpy
import onnxruntime
import torch
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from transformers import (BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel, LlamaConfig,
                          LlamaForSequenceClassification, PreTrainedTokenizerFast)

out = os.path.abspath(sys.argv[1])
letters = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'()-_<|>\n"
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
vocabulary = {token: i for i, token in enumerate(special + list(letters))}
width = 16


def tokenizer(pairs, template):
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Split(Regex("[\\s\\S]"), "isolated")
    if pairs:
        marks = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
        inner.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=marks)
    made = PreTrainedTokenizerFast(tokenizer_object=inner, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                   sep_token="[SEP]", model_max_length=256)
    if template:
        made.chat_template = template
    return made


def drawn(model, seed):
    torch.manual_seed(seed)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, 0, 0.3) if weight.dim() > 1 else None
    return model.eval()


class Named(torch.nn.Module):
    """Logits by the names of the inputs, so that the exporter's order is ours."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *given):
        inputs = dict(zip(self.names, given))
        if isinstance(self.model, BertForSequenceClassification):
            return self.model(**inputs, return_dict=True).logits
        # Given whole, for the exporter does not trace how the library makes it.
        at = inputs["position_ids"]
        seen = (at[:, None, :] <= at[:, :, None]) & (inputs["attention_mask"][:, None, :] > 0)
        inputs["attention_mask"] = torch.where(seen, 0.0, -1e9)[:, None]
        return self.model(**inputs, use_cache=False, return_dict=True).logits


def kept(name, model, tok, names, rows):
    folder = f"{out}/{name}"
    os.makedirs(f"{folder}/onnx")
    example = tuple(torch.ones(1, 7, dtype=torch.int64) for _ in names)
    axes = {each: {0: "batch", 1: "tokens"} for each in names} | {"logits": {0: "batch", **({1: "tokens"} if rows else {})}}
    torch.onnx.export(Named(model, names).eval(), example, f"{folder}/onnx/model.onnx", dynamo=False, opset_version=17,
                      input_names=names, output_names=["logits"], dynamic_axes=axes)
    tok.save_pretrained(folder)
    for left in ["special_tokens_map.json"]:
        os.remove(f"{folder}/{left}")
    if tok.chat_template:
        # As folders of Transformers.js have it.
        config = json.load(open(f"{folder}/tokenizer_config.json"))
        json.dump({**config, "chat_template": tok.chat_template}, open(f"{folder}/tokenizer_config.json", "w"), indent=1)
        if os.path.exists(f"{folder}/chat_template.jinja"):
            os.remove(f"{folder}/chat_template.jinja")
    model.config.save_pretrained(folder)
    session = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx", providers=["CPUExecutionProvider"])

    def run(ids, types=None):
        given = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": types,
                 "position_ids": list(range(len(ids)))}
        given = {each: numpy.array([given[each]], dtype=numpy.int64) for each in names}
        with torch.no_grad():
            theirs = Named(model, names).eval()(*(torch.from_numpy(given[each]) for each in names))[0]
        used = {each.name for each in session.get_inputs()}
        return theirs.double().numpy(), session.run(["logits"], {k: v for k, v in given.items() if k in used})[0][0].astype(float)

    return run


shutil.rmtree(out, ignore_errors=True)
items = [(f"q{i // 3}", prompt, "abc"[i % 3], text) for i, (prompt, text) in enumerate(
    (prompt, text) for prompt, texts in [
        ("What is a stone?", ["A piece of rock.", "Hard.", "I do not know; ask a mason!"]),
        ("The best thing in the world is", ["love", "tea", "a good book"]),
        ("Name a river (any).", ["The Rhine", "Nile_2", "None: 0"]),
        ("Say nothing", [".", "No, I won't.", "zzz - zzz"]),
    ] for text in texts)]

small = {"vocab_size": len(vocabulary), "hidden_size": width, "num_hidden_layers": 2, "num_attention_heads": 2,
         "intermediate_size": 32, "max_position_embeddings": 256, "pad_token_id": 0}
bert = drawn(BertForSequenceClassification(BertConfig(**small, num_labels=1, attn_implementation="eager")), 24)
bert_tok = tokenizer(True, None)
bert_run = kept("reward", bert, bert_tok, ["input_ids", "attention_mask", "token_type_ids"], False)
labels = {"id2label": {0: "rejected", 1: "chosen"}, "label2id": {"rejected": 0, "chosen": 1}}
llama = drawn(LlamaForSequenceClassification(LlamaConfig(
    **small, num_key_value_heads=1, **labels, bos_token_id=2, eos_token_id=3, attn_implementation="eager")), 25)
llama_tok = tokenizer(False, "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}\n{% endfor %}")
llama_run = kept("preference", llama, llama_tok, ["input_ids", "attention_mask", "position_ids"], False)
gpt = drawn(GPT2LMHeadModel(GPT2Config(
    vocab_size=len(vocabulary), n_embd=width, n_layer=2, n_head=2, n_positions=256, bos_token_id=2, eos_token_id=3,
    attn_implementation="eager")), 26)
gpt_tok = tokenizer(False, None)
gpt_run = kept("causal", gpt, gpt_tok, ["input_ids", "attention_mask", "position_ids"], True)


def log_odds(log_p):
    return log_p - math.log(-math.expm1(log_p))


def answer(prompt, text, run):
    before, whole = gpt_tok(prompt)["input_ids"], gpt_tok(f"{prompt} {text}")["input_ids"]
    both = []
    for logits in run(whole):
        rows = logits - numpy.log(numpy.exp(logits - logits.max(-1, keepdims=True)).sum(-1, keepdims=True)) - logits.max(-1, keepdims=True)
        both.append(log_odds(sum(rows[i - 1, whole[i]] for i in range(len(before), len(whole)))))
    return both


values = {"torch": torch.__version__, "onnxruntime": onnxruntime.__version__, "items": []}
with open(f"{out}/items.jsonl", "w") as file:
    for prompt_id, prompt, item, text in items:
        file.write(json.dumps({"prompt_id": prompt_id, "prompt": prompt, "item": item, "text": text}) + "\n")
        pair = bert_tok(prompt, text)
        chat = llama_tok.apply_chat_template([{"role": "user", "content": prompt}, {"role": "assistant", "content": text}], tokenize=False)
        preference = [rows[1] - rows[0] for rows in llama_run(llama_tok(chat, add_special_tokens=False)["input_ids"])]
        both = {"reward": [rows[0] for rows in bert_run(pair["input_ids"], pair["token_type_ids"])],
                "preference": preference, "causal": answer(prompt, text, gpt_run)}
        values["items"].append({"prompt_id": prompt_id, "item": item,
                                **{name: {"torch": float(t), "onnxruntime": float(o)} for name, (t, o) in both.items()}})
json.dump(values, open(f"{out}/values.json", "w"), indent=1)
print(json.dumps(values)[:1500])
