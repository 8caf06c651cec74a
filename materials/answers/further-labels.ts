/**
 * What makers' own cards say about the further recorded answers, beyond the listing, which was made by pattern on names
 * and is wrong in places. A model is known by its weights: quantised uploads, other hosts and other prompts are one.
 */

/** Who trained it last, on which base, whose answers its card names as training data. Cards: huggingface.co/NAME. */
interface Card {
  pattern: RegExp;
  maker?: string;
  base?: string;
  teacher?: string;
}

const CARDS: readonly Card[] = [
  { pattern: /airoboros-l2/i, maker: "jondurbin", base: "llama-2", teacher: "openai" },
  { pattern: /airoboros-m/i, maker: "jondurbin", base: "mistral7", teacher: "openai" },
  { pattern: /dolphin.*mixtral/i, maker: "cognitivecomputations", base: "mixtral", teacher: "openai" },
  { pattern: /dolphin.*mistral/i, maker: "cognitivecomputations", base: "mistral7", teacher: "openai" },
  { pattern: /OpenHermes-2\.5-Code-290k-13B/i, maker: "ajibawa", base: "llama-2", teacher: "openai" },
  { pattern: /Code-Mistral-7B/i, maker: "ajibawa", base: "mistral7", teacher: "openai" },
  // Depth up-scaled from Mistral 7B's weights (SOLAR card).
  { pattern: /Nous-Hermes-2-SOLAR/i, maker: "nous", base: "mistral7", teacher: "openai" },
  { pattern: /SOLAR-10\.7B/i, maker: "upstage", base: "mistral7", teacher: "openai" },
  { pattern: /Hermes-2-Pro-Mistral|OpenHermes-2\.5-Mistral/i, maker: "nous", base: "mistral7", teacher: "openai" },
  { pattern: /OpenOrca/i, maker: "open-orca", base: "mistral7", teacher: "openai" },
  { pattern: /Mistral-7B-code-16k/i, maker: "nondzu", base: "mistral7", teacher: "openai" },
  { pattern: /speechless-code-mistral/i, maker: "uukuguy", base: "mistral7", teacher: "openai" },
  { pattern: /Mixtral_7Bx2_MoE/i, maker: "cloudyu", base: "mistral7", teacher: "openai" },
  { pattern: /Magicoder/i, maker: "ise-uiuc", base: "deepseek", teacher: "openai" },
  { pattern: /AlchemistCoder-CL/i, maker: "internlm", base: "llama-2", teacher: "openai" },
  { pattern: /Replete-Coder-Qwen2/i, maker: "replete", base: "qwen2", teacher: "openai" },
  { pattern: /Evol-Replit/i, maker: "nickrosh", base: "replit", teacher: "openai" },
  { pattern: /replit-code-instruct-glaive/i, maker: "sahil2801", base: "replit", teacher: "openai" },
  { pattern: /Replit-v2-CodeInstruct/i, maker: "nous", base: "replit", teacher: "openai" },
  { pattern: /granite-(?:3b|8b|20b|34b)-code/i, base: "granite" },
  { pattern: /codegeex4/i, base: "glm4" },
  { pattern: /codegeex2/i, base: "chatglm2" },
  { pattern: /internlm2_5/i, base: "internlm2.5" },
];

/** Who made a base, where it was not the model's own maker. */
const BASE_MAKERS: Record<string, string> = {
  "llama-2": "meta",
  mistral7: "mistral",
  mixtral: "mistral",
  deepseek: "deepseek",
  qwen2: "qwen",
  replit: "replit",
};

export interface FurtherCard {
  /** The weights, whoever serves them and however they are rounded. */
  weights: string;
  base: string;
  /** Everyone whose training went into it. */
  makers: ReadonlySet<string>;
  maker: string;
  teacher: string | null;
}

export function furtherCard(listed: { model: string; base: string; maker: string }): FurtherCard {
  const card = CARDS.find(({ pattern }) => pattern.test(listed.model));
  const base = card?.base ?? listed.base;
  const maker = card?.maker ?? listed.maker;
  return {
    weights: weightsOf(listed.model),
    base,
    maker,
    makers: new Set([maker, listed.maker, BASE_MAKERS[base] ?? maker]),
    teacher: card?.teacher ?? null,
  };
}

/** What an upload's name adds to that of the weights: host, owner, rounding, container. */
const ADDED =
  /(?:^|[-_.:@])(?:fp16|fp32|nf4|int[48]|awq|gptq|exl2|gguf|hf|attn|hqq|main|together|rpcal|gptq-4bit.*|[234](?:\.\d+)?bit(?:-\dbit)?|moe-2bit|q\d(?:_?k(?:_[sml]|-small)?|_\d)?|q\dk(?:-small)?|\d\.\d+bpw|h6|w4|s0|32g|actorder_true|2-main|4bit|int4)(?=$|[-_.:@])/gi;
const OWNERS =
  /^(?:qwen-qwen|qwen-codeqwen|replete-ai-replete|google-|deepseek-ai-|ibm-granite-|thudm-|replit-(?=replit)|openlm-research-|smallcloudai-|nickrosh-|sahil2801-|teknium-)/;

function weightsOf(model: string): string {
  let name = model.split("/").at(-1)!.toLowerCase();
  name = name.replace(OWNERS, (owner) => (/qwen-|replete-ai/.test(owner) ? owner.split("-").at(-1)! : ""));
  for (let last = ""; last !== name; ) {
    last = name;
    name = name.replace(ADDED, "");
  }
  return name
    .replace(/^sq-mistral-7b-instruct$/, "mistral-7b-instruct-v0.1")
    .replace(/^mixtral-instruct-8x7b$/, "mixtral-8x7b-instruct-v0.1")
    .replace(/^mixtral-8x7b-instruct$/, "mixtral-8x7b-instruct-v0.1")
    .replace(/^codegemma:(\d+b)-(?:instruct-v1\.1)$/, "codegemma-1.1-$1-it")
    .replace(/^codegemma:(\d+b)-code(?:-v1\.1)?$/, (whole, size) =>
      /v1/.test(whole) ? `codegemma-1.1-${size}` : `codegemma-${size}`,
    )
    .replace(/^codeqwen:7b-chat-v1\.5$/, "codeqwen1.5-7b-chat")
    .replace(/^codestral:22b-v0\.1$|^codestral-2405$/, "codestral-22b-v0.1")
    .replace(/^mistral-large-(?:2|instruct-2407)$/, "mistral-large-2407")
    .replace(/^open-mistral-nemo-2407$|^mistral-nemo-instruct-2407$/, "mistral-nemo-2407")
    .replace(/^open-mixtral-8x22b-2404$/, "mixtral-8x22b-instruct-v0.1");
}
