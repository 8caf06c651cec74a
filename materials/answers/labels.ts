/**
 * What is documented about the transcripts of the corpus, beyond its lineage.json: who made each model, how many
 * parameters it has, which public instruction data it was tuned on. From these follow the kinds of null: two models of
 * one base with different sizes, or by different makers, are certainly neither the same weights nor tuned from one
 * another. What is not documented is no null. Sources: the makers' model cards and papers; for best-of-16 entries the
 * configurations of alpaca_eval (github.com/tatsu-lab/alpaca_eval, src/alpaca_eval/models_configs).
 */

export interface Lineage {
  base: Record<string, string[]>;
  tuned_from: [string, string][];
  same_model: [string, string][];
  taught_by: [string, string][];
}

/** Labels added to lineage.json, and where their makers say so. */
export const ADDED: { relation: "same_model" | "tuned_from"; pair: [string, string]; source: string }[] = [
  {
    relation: "same_model",
    pair: ["tulu-2-dpo-13b", "pairrm-tulu-2-13b"],
    source: "alpaca_eval configuration pairrm-tulu-2-13b: model_name allenai/tulu-2-dpo-13b, best of 16",
  },
  {
    relation: "same_model",
    pair: ["tulu-2-dpo-70b", "pairrm-tulu-2-70b"],
    source: "alpaca_eval configuration pairrm-tulu-2-70b: model_name allenai/tulu-2-dpo-70b, best of 16",
  },
  {
    relation: "tuned_from",
    pair: ["alpaca-farm-ppo-human", "alpaca-farm-ppo-sim-gpt4-20k"],
    source: "AlpacaFarm (Dubois et al. 2023): both PPO policies start from the same supervised model, SFT 10k",
  },
];

/** Maker by the start of the name; the longest prefix wins. */
const MAKERS: Record<string, string> = {
  airoboros: "airoboros",
  "alpaca-7b-neft": "neftune",
  alpaca: "alpaca",
  "alpaca-farm": "alpaca",
  baize: "baize",
  guanaco: "guanaco",
  humpback: "humpback",
  minotaur: "minotaur",
  "nous-hermes": "nous",
  oasst: "oasst",
  openbuddy: "openbuddy",
  openchat: "openchat",
  opencoderplus: "openchat",
  ultralm: "ultralm",
  vicuna: "vicuna",
  wizardlm: "wizardlm",
  "llama-2": "meta",
  "llama-2-chat-7b-evol70k": "neftune",
  TempNet: "tempnet",
  "cut-": "cut",
  platolm: "platolm",
  "recycled-wizardlm": "recycled",
  "tulu-2": "tulu",
  "pairrm-tulu-2": "tulu",
  xwinlm: "xwin",
  "Starling-LM": "starling",
  zephyr: "zephyr",
  "pairrm-zephyr": "zephyr",
  Mixtral: "mistral",
  "mistral-medium": "mistral",
  falcon: "tii",
  "pythia-12b-mix": "oasst",
  baichuan: "baichuan",
  chatglm: "zhipu",
  Qwen: "qwen",
  causallm: "causallm",
  Yi: "yi",
  "pairrm-Yi": "yi",
  gemma: "google",
  gemini: "google",
  "phi-2": "microsoft",
  "phi-2-sft": "phi-tuners",
  "phi-2-dpo": "phi-tuners",
  internlm2: "internlm",
  deepseek: "deepseek",
  dbrx: "databricks",
  cohere: "cohere",
  jina: "jina",
  minichat: "minichat",
  claude: "anthropic",
  bedrock_claude: "anthropic",
  gpt: "openai",
  text_davinci: "openai",
};

/** Public instruction or preference data a model's card names; two models that share one are co-students. */
const DATA: Record<string, string[]> = {
  vicuna: ["sharegpt"],
  openchat: ["sharegpt"],
  opencoderplus: ["sharegpt"],
  platolm: ["sharegpt"],
  wizardlm: ["evol-instruct"],
  "recycled-wizardlm": ["evol-instruct"],
  "llama-2-chat-7b-evol70k": ["evol-instruct"],
  alpaca: ["alpaca"],
  "alpaca-7b-neft": ["alpaca"],
  "alpaca-farm": ["alpaca"],
  "cut-": ["alpaca"],
  ultralm: ["ultrachat"],
  zephyr: ["ultrachat", "ultrafeedback"],
  "pairrm-zephyr": ["ultrachat", "ultrafeedback"],
  "tulu-2": ["sharegpt", "evol-instruct", "ultrafeedback", "oasst"],
  "pairrm-tulu-2": ["sharegpt", "evol-instruct", "ultrafeedback", "oasst"],
  oasst: ["oasst"],
  "pythia-12b-mix": ["oasst"],
  guanaco: ["oasst"],
  humpback: ["oasst"],
  "phi-2-sft": ["ultrachat"],
  "phi-2-dpo": ["ultrachat", "ultrafeedback"],
};

/** The teacher's maker where a card names one; two students of one teacher may look alike without a common ancestor. */
const TEACHERS: Record<string, string> = {
  airoboros: "gpt",
  alpaca: "gpt",
  baize: "gpt",
  "nous-hermes": "gpt",
  minotaur: "gpt",
  openchat: "gpt",
  opencoderplus: "gpt",
  platolm: "gpt",
  "recycled-wizardlm": "gpt",
  "llama-2-chat-7b-evol70k": "gpt",
  ultralm: "gpt",
  vicuna: "gpt",
  wizardlm: "gpt",
  zephyr: "gpt",
  "pairrm-zephyr": "gpt",
  "tulu-2": "gpt",
  "pairrm-tulu-2": "gpt",
  "phi-2-sft": "gpt",
  "phi-2-dpo": "gpt",
  Starling: "gpt",
};

function byPrefix<T>(table: Record<string, T>, name: string): T | undefined {
  const prefixes = Object.keys(table).filter((prefix) => name.startsWith(prefix));
  prefixes.sort((a, b) => b.length - a.length);
  return prefixes.length > 0 ? table[prefixes[0]!] : undefined;
}

/** Billions of parameters as the name states them. */
function sizeOf(name: string): string | null {
  const size = /(\d+(?:\.\d+)?)b(?![a-z])/i.exec(name.replace(/8x7b/i, "47b"));
  return size ? size[1]! : null;
}

export const KINDS = [
  "same model",
  "tuned",
  "taught",
  "other bases",
  "same maker, other base",
  "public data in common, other base",
  "one teacher, other base",
  "siblings of one base",
  "same maker, other size",
  "undocumented",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Labels {
  names: readonly string[];
  /** Base of each model, as a number. */
  bases: Int32Array;
  baseNames: readonly string[];
  /** Relation of two models by their places. */
  kind(a: number, b: number): Kind;
  /** The maker of a model's weights as last trained. */
  maker(name: string): string;
  /** Whether the card of one names answers of the other's maker as training data. */
  mayBeTaught(a: number, b: number): boolean;
}

export function labelsOf(names: readonly string[], lineage: Lineage): Labels {
  const place = new Map(names.map((name, i) => [name, i]));
  const baseNames = Object.keys(lineage.base);
  const bases = new Int32Array(names.length).fill(-1);
  baseNames.forEach((base, b) => {
    for (const name of lineage.base[base]!) if (place.has(name)) bases[place.get(name)!] = b;
  });
  const pairs = (relation: "same_model" | "tuned_from" | "taught_by") => [
    ...lineage[relation],
    ...ADDED.filter((a) => a.relation === relation).map((a) => a.pair),
  ];
  // Entries of one model are one node; what was tuned from one node, and what shares a tuned parent, is "tuned".
  const same = closure(names, pairs("same_model"));
  const parents = new Map<number, Set<number>>();
  for (const [from, to] of pairs("tuned_from")) {
    const [f, t] = [same[place.get(from)!]!, same[place.get(to)!]!];
    parents.set(t, (parents.get(t) ?? new Set([t])).add(f));
  }
  const tunedNode = (a: number) => parents.get(same[a]!) ?? new Set([same[a]!]);
  const taught = new Set(pairs("taught_by").flatMap(([t, s]) => keys(same, place.get(t)!, place.get(s)!)));
  function kind(a: number, b: number): Kind {
    if (same[a] === same[b]) return "same model";
    const [pa, pb] = [tunedNode(a), tunedNode(b)];
    if ([...pa].some((node) => pb.has(node))) return "tuned";
    if (taught.has(`${same[a]},${same[b]}`)) return "taught";
    const [na, nb] = [names[a]!, names[b]!];
    const [ma, mb] = [lineageMaker(na), lineageMaker(nb)];
    if (bases[a] === bases[b]) {
      const [sa, sb] = [sizeOf(na), sizeOf(nb)];
      const otherSize = sa !== null && sb !== null && sa !== sb;
      if (ma === mb) return otherSize ? "same maker, other size" : "undocumented";
      return "siblings of one base";
    }
    if (ma === mb) return "same maker, other base";
    const data = byPrefix(DATA, na)?.some((d) => byPrefix(DATA, nb)?.includes(d));
    if (data) return "public data in common, other base";
    const teacher = byPrefix(TEACHERS, na);
    if (teacher !== undefined && teacher === byPrefix(TEACHERS, nb)) return "one teacher, other base";
    return "other bases";
  }
  const maker = (name: string) => lineageMaker(name) ?? name;
  const mayBeTaught = (a: number, b: number) =>
    [
      [a, b],
      [b, a],
    ].some(([t, s]) => baseNames[bases[t!]!] === byPrefix(TEACHERS, names[s!]!));
  return { names, bases, baseNames, kind, maker, mayBeTaught };
}

/**
 * Who tuned the model that was tuned further: what TempNet, CUT and NEFTune's chat model started from is Meta's chat
 * model, so a relation to another size of it is one between sizes of one maker.
 */
function lineageMaker(name: string): string | undefined {
  return /^(?:TempNet|cut-|llama-2-chat-7b-evol70k)/.test(name) ? "meta" : byPrefix(MAKERS, name);
}

function keys(same: Int32Array, a: number, b: number): string[] {
  return [`${same[a]},${same[b]}`, `${same[b]},${same[a]}`];
}

/** The smallest place of each model's class. */
function closure(names: readonly string[], pairs: readonly [string, string][]): Int32Array {
  const root = Int32Array.from(names.keys());
  const find = (i: number): number => (root[i] === i ? i : find(root[i]!));
  for (const [a, b] of pairs) {
    const [i, j] = [names.indexOf(a), names.indexOf(b)];
    if (i === -1 || j === -1) continue;
    const [ri, rj] = [find(i), find(j)];
    root[Math.max(ri, rj)] = Math.min(ri, rj);
  }
  return root.map((_, i) => find(i));
}
