"""Small checkpoints of as many transformer architectures as `transformers` makes from a configuration.

Every model type the library knows (or those of --only) is taken with its own default configuration, brought to a few layers and a width of
64 by the names of its fields, and made with random weights (nothing is downloaded). What cannot be made so is listed
with its error in made.json. For each of the others four folders, <type>/{base,copy,independent,one-seed}:

base         drawn from one seed, then given what training leaves and a draw lacks: strong directions in each matrix
             (two of three times the largest singular value that a draw has), gains and biases of their own. It stands
             in for training, which 150 architectures with inputs of their own kinds cannot be given here.
copy         base with normal noise of 5 % of each tensor's deviation.
independent  another seed, and directions, gains and biases of its own.
one-seed     the draw of base, with directions, gains and biases of its own: two makers who began from one default seed.

  pip install torch==2.8.0 transformers==5.24.0 safetensors
  python tiny_transformers.py --out FOLDER [--only TYPE ...]
"""
import argparse
import json
import os
import zlib

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

WIDTH = ("hidden_size d_model n_embd dim emb_dim hidden_dim projection_dim embed_dim embedding_size embd_pdim rnn_hidden "
         "block_out word_embed_proj_dim decoder_hidden_size d_embed attention_hidden_size out_dim proj_dim mamba_d_model "
         "text_hidden_size lru_width").split()
UNITS = ("intermediate_size encoder_ffn_dim decoder_ffn_dim d_ff n_inner ffn_dim d_inner ffn_hidden_size "
         "dense_ffn_hidden_size hidden_dim_ffn shared_intermediate_size encoder_intermediate_size mlp_dim "
         "decoder_intermediate_size feed_forward_size ffn_size dim_feedforward").split()
LAYERS = ("num_hidden_layers n_layer n_layers encoder_layers decoder_layers num_layers num_decoder_layers "
          "num_encoder_layers decoder_num_hidden_layers num_hidden_groups").split()
HEADS = ("num_attention_heads n_head n_heads num_heads encoder_attention_heads decoder_attention_heads "
         "decoder_num_attention_heads attention_heads num_encoder_attention_heads num_decoder_attention_heads").split()
OTHERS = dict(
    num_key_value_heads=2, kv_n_heads=2, num_kv_heads=2, head_dim=16, attention_head_size=16, d_kv=16, vocab_size=512,
    n_positions=128, max_position_embeddings=128, max_source_positions=64, max_target_positions=64, image_size=32,
    patch_size=8, num_experts=4, num_local_experts=4, n_routed_experts=4, moe_num_experts=4, num_experts_per_tok=2,
    moe_topk=2, moe_intermediate_size=48, shared_expert_intermediate_size=96, moe_shared_expert_intermediate_size=96,
    n_shared_experts=1, q_lora_rank=32, kv_lora_rank=32, qk_rope_head_dim=8, qk_nope_head_dim=16, v_head_dim=16,
    n_group=1, topk_group=1, first_k_dense_replace=1, state_size=8, mamba_d_state=8, mamba_n_heads=8, mamba_d_head=16,
    mamba_n_groups=1, n_groups=1, time_step_rank=8, mamba_dt_rank=8, expand=2, mamba_expand=2, conv_kernel=4,
    num_mel_bins=16, type_vocab_size=2, linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=16,
    linear_value_head_dim=16, rotary_dim=8, embedding_size=64, bottleneck_size=32, attention_window=8, block_size=8,
    num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, pad_token_id=0, n_langs=1, sliding_window=32,
    num_codebooks=2, codebook_size=32, max_2d_position_embeddings=64, index_n_heads=2, index_head_dim=16,
)
LISTS = dict(conv_dim=(16, 16), conv_stride=(2, 2), conv_kernel=(3, 3))
PARAMETERS_MAX = 6_000_000


def shrink(config, name=""):
    # Fields that a configuration hands on to its parts come as objects of their own.
    for key in list(vars(config)):
        value = getattr(config, key)
        if hasattr(value, "to_dict") and hasattr(value, "model_type"):
            shrink(value)
        elif isinstance(value, bool) or key.startswith("_"):
            continue
        elif isinstance(value, int):
            for names, size in ((UNITS, 160), (WIDTH, 64), (LAYERS, 3), (HEADS, 4)):
                if key in names:
                    setattr(config, key, size)
            if key in OTHERS:
                setattr(config, key, OTHERS[key])
        elif isinstance(value, (list, tuple)) and key in LISTS and len(value) > 2:
            setattr(config, key, list(LISTS[key]))
        elif isinstance(value, list) and len(value) > 4 and key in ("layer_types", "layers_block_type", "mlp_layer_types"):
            kinds = list(dict.fromkeys(value))
            setattr(config, key, [kinds[i % len(kinds)] for i in range(3)])
    if hasattr(config, "max_window_layers"):
        config.max_window_layers = 3
    return config


def trained(state, seed):
    """What a draw lacks. The same seed gives the same directions, gains and biases."""
    g = torch.Generator().manual_seed(seed)
    out = {}
    for name in sorted(state):
        x = state[name].clone().float()
        if x.dim() >= 2 and min(x.shape[0], x[0].numel()) >= 8:
            flat = x.view(x.shape[0], -1)
            size = flat.std() * (flat.shape[0] ** 0.5 + flat.shape[1] ** 0.5)
            for _ in range(2):
                u, v = torch.randn(flat.shape[0], generator=g), torch.randn(flat.shape[1], generator=g)
                flat += 3 * size * torch.outer(u / u.norm(), v / v.norm())
        elif x.dim() == 1 and x.numel() >= 8:
            x = x * (1 + 0.2 * torch.randn(x.shape, generator=g)) + 0.02 * torch.randn(x.shape, generator=g)
        out[name] = x
    return out


def noisy(state, seed):
    g = torch.Generator().manual_seed(seed)
    # Of one value there is no deviation; of equal ones none either.
    return {n: x + 0.05 * x.std(unbiased=False) * torch.randn(x.shape, generator=g) for n, x in sorted(state.items())}


def drawn(kind, seed):
    config = shrink(CONFIG_MAPPING[kind]())
    torch.manual_seed(seed)
    model = AutoModel.from_config(config)
    seen, state = set(), {}
    for name, x in model.state_dict().items():
        if not x.is_floating_point() or x.data_ptr() in seen:
            continue
        seen.add(x.data_ptr())
        state[name] = x.detach().clone()
    return config, state


def write(folder, config, state):
    os.makedirs(folder, exist_ok=True)
    save_file({n: x.contiguous() for n, x in state.items()}, os.path.join(folder, "model.safetensors"))
    with open(os.path.join(folder, "config.json"), "w") as f:
        f.write(config.to_json_string())


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--out", required=True)
    a.add_argument("--only", nargs="*")
    o = a.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    os.makedirs(o.out, exist_ok=True)
    path = os.path.join(o.out, "made.json")
    made = json.load(open(path)) if os.path.exists(path) else {}
    for kind in sorted(o.only or CONFIG_MAPPING):
        if kind in made:
            continue
        # A seed is a function of the type's name alone.
        seed = zlib.crc32(kind.encode()) % 10**6
        try:
            config, state = drawn(kind, seed)
            size = sum(x.numel() for x in state.values())
            if size > PARAMETERS_MAX:
                raise ValueError(f"{size} parameters after all")
            base = trained(state, seed + 1)
            for how, tensors in (
                ("base", base),
                ("copy", noisy(base, seed + 2)),
                ("independent", trained(drawn(kind, seed + 3)[1], seed + 4)),
                ("one-seed", trained(state, seed + 5)),
            ):
                write(os.path.join(o.out, kind, how), config, tensors)
            made[kind] = {"parameters": size, "seed": seed}
        except Exception as error:  # of whatever a type asks for that no field of this table gives
            made[kind] = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(kind, made[kind], flush=True)
        json.dump(made, open(path, "w"), indent=0)


if __name__ == "__main__":
    main()
