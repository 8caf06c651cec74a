"""
Makes test/model/adapter-vectors: a tiny Llama, LoRA adapters over it and the models that PEFT merges them into
(PyPI peft, transformers). Seeded: the same versions write the same values.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install torch==2.15.0 transformers==5.23.0 peft==0.21.2
    /tmp/venv/bin/python test/model/makers/adapter-vectors.py
"""
import os, shutil
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "adapter-vectors")
shutil.rmtree(here, ignore_errors=True)
torch.manual_seed(3)
KEEP = {"config.json", "model.safetensors", "adapter_config.json", "adapter_model.safetensors"}

def save(model, name):
    folder = os.path.join(here, name)
    model.save_pretrained(folder, safe_serialization=True)
    for file in os.listdir(folder):
        if file not in KEEP: os.remove(os.path.join(folder, file))

def adapt(base, name, **config):
    model = get_peft_model(base, LoraConfig(**config))
    for key, p in model.named_parameters():
        if "lora_" in key or "modules_to_save" in key: p.data = torch.randn_like(p) * 0.1
    save(model, name)
    adapter = os.path.join(here, name, "adapter_config.json")
    text = open(adapter).read()
    open(adapter, "w").write(text.replace(os.path.join(here, ""), ""))
    save(model.merge_and_unload(), f"{name}-merged")

def llama():
    return LlamaForCausalLM.from_pretrained(os.path.join(here, "base"))

save(LlamaForCausalLM(LlamaConfig(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
                                  num_key_value_heads=1, vocab_size=20, tie_word_embeddings=False)), "base")
adapt(llama(), "plain", r=4, lora_alpha=8, target_modules=["q_proj", "up_proj", "down_proj"])
adapt(llama(), "patterned", r=2, lora_alpha=3, use_rslora=True, target_modules=["gate_proj", "v_proj", "embed_tokens"],
      rank_pattern={"v_proj": 5}, alpha_pattern={"layers.1.mlp.gate_proj": 7}, modules_to_save=["lm_head"])
adapt(llama(), "dora", r=2, lora_alpha=3, use_dora=True, target_modules=["v_proj"])
save(GPT2LMHeadModel(GPT2Config(n_embd=16, n_layer=1, n_head=2, n_positions=8, vocab_size=20)), "gpt2")
adapt(GPT2LMHeadModel.from_pretrained(os.path.join(here, "gpt2")), "gpt2-adapter", r=3, lora_alpha=5,
      target_modules=["c_attn", "mlp.c_proj"], fan_in_fan_out=True)
shutil.rmtree(os.path.join(here, "dora-merged"))
for name in os.listdir(here):
    if name.endswith("-merged"): os.remove(os.path.join(here, name, "config.json"))
