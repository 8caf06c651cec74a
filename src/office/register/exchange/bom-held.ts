/**
 * A BOM's claims against the model at hand: each holds, is contradicted, or cannot be checked. Contradicted is said only
 * where what lies there cannot be what was declared; where honest makers count, round or name differently it is not
 * checkable, with what was found beside it. A licence is compared with the model's own card: nobody can measure one.
 */
import type { BomClaim } from "./bom-claims.js";

/** What was found of the model; null where it does not say. */
export interface AtHand {
  /** OMS root digest; null where it was not taken. */
  root: string | null;
  /** The model is one file. */
  single: boolean;
  /** Digests in hexadecimal, by file and by CycloneDX's names of algorithms. */
  files: ReadonlyMap<string, ReadonlyMap<string, string>>;
  format: "safetensors" | "gguf" | null;
  /** As the files state them. */
  tensors: readonly { name: string; type: string; shape: readonly number[]; elements: number }[];
  /** From the weights' shapes; 0 where they do not tell. */
  sizes: { hidden: number; mlpHidden: number; layers: number; vocabulary: number; experts: number } | null;
  /** Numbers of parameters, as different people count them. */
  counts: readonly number[];
  /** config.json, or what a GGUF file says of itself. */
  config: Readonly<Record<string, unknown>> | null;
  /** The model card's licence. */
  cardLicence: string | null;
  /** By the path of the claim: what an examination of the base gave. */
  bases: ReadonlyMap<string, { supported: boolean; why: string }>;
}

export const BOM_RESULTS = ["holds", "contradicted", "not-checkable"] as const;
export interface BomLine {
  at: string;
  declared: string;
  result: (typeof BOM_RESULTS)[number];
  why: string;
}
type Judged = Pick<BomLine, "result" | "why">;

const holds = (why: string): Judged => ({ result: "holds", why });
const contradicted = (why: string): Judged => ({ result: "contradicted", why });
const open = (why: string): Judged => ({ result: "not-checkable", why });

/** In the order of the claims, one line each. */
export function holdAgainst(claims: readonly BomClaim[], hand: AtHand): BomLine[] {
  return claims.map((claim) => ({ at: claim.at, declared: claim.declared, ...judged(claim, hand) }));
}

function judged(claim: BomClaim, hand: AtHand): Judged {
  switch (claim.kind) {
    case "root":
      if (hand.root === null || !/^sha256:[0-9a-f]{64}$/.test(claim.declared)) return open("it is no root of files");
      return hand.root === claim.declared
        ? holds("the OMS root digest of the files at hand")
        : contradicted(`the OMS root digest of the files at hand is ${hand.root}`);
    case "hash":
      return ofHash(claim, hand);
    case "licence":
      return ofLicence(claim.declared, hand.cardLicence);
    case "base": {
      const found = hand.bases.get(claim.at);
      if (!found) return open("no --base was given for it");
      return found.supported ? holds(found.why) : open(found.why);
    }
    case "architecture":
      return ofArchitecture(claim.declared, hand);
    case "property":
      return ofProperty(claim.name, claim.declared, hand);
    default:
      return open("nothing at hand shows it");
  }
}

function ofHash(claim: BomClaim & { kind: "hash" }, { files, single }: AtHand): Judged {
  const { algorithm, file } = claim;
  const declared = claim.declared.toLowerCase();
  if (file === null) {
    const all = [...files].map(([name, digests]) => [name, digests.get(algorithm)] as const);
    if (all.every(([, digest]) => digest === undefined)) return open(`no ${algorithm} is taken here`);
    const found = all.find(([, digest]) => digest === declared);
    if (found) return holds(`the ${algorithm} of ${found[0]}`);
    return single
      ? contradicted(`the ${algorithm} of the file at hand is ${all[0]![1]}`)
      : open(`no file at hand has this ${algorithm}; it may be of an archive`);
  }
  const named = file.replace(/^\.\//, "");
  const ends = [...files.keys()].filter((name) => name === named || name.endsWith(`/${named}`));
  const name = files.has(named) ? named : ends.length === 1 ? ends[0]! : null;
  if (name === null) return open("no such file at hand");
  const digest = files.get(name)!.get(algorithm);
  if (digest === undefined) return open(`no ${algorithm} is taken here`);
  return digest === declared
    ? holds(`the ${algorithm} of ${name}`)
    : contradicted(`the ${algorithm} of ${name} at hand is ${digest}`);
}

/** Licences whose names are settled well enough that two of them are two licences. */
const LICENCES = new Set(
  "apache20 mit bsd3clause bsd2clause gpl20 gpl30 agpl30 lgpl30 mpl20 ccby40 ccbysa40 ccbync40 ccbyncsa40 ccbynd40 ccbyncnd40 cc010 unlicense llama2 llama3 llama31 llama32 llama33 gemma".split(
    " ",
  ),
);

function licenceName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/-(only|or-later)$/, "")
    .replace(/\b(licence|license|the|version)\b/g, "")
    .replace(/[^a-z0-9]/g, "")
    .replace(/v(?=[0-9])/, "");
  return /^(apache|a?gpl|lgpl|mpl|ccby[a-z]*)[0-9]$/.test(plain) ? `${plain}0` : plain;
}

function ofLicence(declared: string, card: string | null): Judged {
  if (card === null) return open("no model card at hand names a licence");
  const parts = (text: string) =>
    text.split(/\s+(?:and|or|with)\s+|[()]/i).flatMap((part) => (part.trim() === "" ? [] : [licenceName(part)]));
  const [here, there] = [parts(declared), parts(card)];
  if (here.length === there.length && here.every((name) => there.includes(name)))
    return holds("the model card at hand names the same; a licence is somebody's word, there as here");
  if ([...here, ...there].every((name) => LICENCES.has(name)) && !here.some((name) => there.includes(name)))
    return contradicted(`the model card at hand names ${card}`);
  return open(`the model card at hand names ${card}`);
}

/** Of a transformers class name, what comes before the head. */
const CLASS = /^([A-Z][A-Za-z0-9]*?)(?:For[A-Z][A-Za-z]+|LMHeadModel|Model)$/;

function ofArchitecture(declared: string, { config }: AtHand): Judged {
  if (config === null) return open("no config at hand names one");
  const classes = (Array.isArray(config.architectures) ? config.architectures : []).filter(
    (each): each is string => typeof each === "string",
  );
  const type = typeof config.model_type === "string" ? config.model_type : null;
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const family = (text: string) => plain(CLASS.exec(text)?.[1] ?? text);
  const named = [...classes, ...(type === null ? [] : [type])];
  const same = named.find((each) => plain(each) === plain(declared) || family(each) === family(declared));
  if (same) return holds(`the config at hand says ${same}`);
  // A class's name leaves no room; a family's ("transformer", "Llama-like") does.
  if (CLASS.test(declared) && classes.length > 0 && classes.every((each) => CLASS.test(each)))
    return contradicted(`the config at hand says ${classes.join(", ")}`);
  return open(named.length > 0 ? `the config at hand says ${named.join(", ")}` : "no config at hand names one");
}

/** Words before a property's own name that make it speak of something else than the weights as they lie there. */
const ELSEWHERE = /train|optim|comput|infer|origin|base|teacher|draft|active/i;
const PARAMETERS =
  /^(?:num|number|n|total)?(?:of)?(?:model)?(?:total)?param(?:eter)?s?(?:count|total)?$|^size(?:in)?parameters$/;
const SIZES: Record<string, keyof NonNullable<AtHand["sizes"]>> = {
  hidden_size: "hidden",
  n_embd: "hidden",
  d_model: "hidden",
  num_hidden_layers: "layers",
  num_layers: "layers",
  n_layer: "layers",
  n_layers: "layers",
  vocab_size: "vocabulary",
  intermediate_size: "mlpHidden",
};
/** Of config.json: sizes of the model, which no habit rounds or renames. */
const CONFIG_KEYS = new Set([
  ...Object.keys(SIZES),
  "num_attention_heads",
  "num_key_value_heads",
  "n_head",
  "head_dim",
  "max_position_embeddings",
  "num_local_experts",
]);

function ofProperty(name: string, declared: string, hand: AtHand): Judged {
  const tensor = /(?:^|:)(?:tensor|shape)[:.](.+)$/.exec(name)?.[1];
  if (tensor !== undefined) return ofTensor(tensor, declared, hand);
  const parts = name.split(/[:./]/);
  const own = parts
    .at(-1)!
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();
  if (ELSEWHERE.test(name)) return open("it speaks of something else than the weights at hand");
  if (PARAMETERS.test(own.replaceAll("_", ""))) return ofCount(declared, hand);
  if (CONFIG_KEYS.has(own)) return ofSize(own, declared, hand);
  if (/^(?:torch_)?dtype$|^(?:weight|tensor)s?_(?:dtype|type|precision)$|^precision$|^quanti[sz]ation$/.test(own))
    return ofType(declared, hand, own !== "precision" && own !== "quantization" && own !== "quantisation");
  if (own === "architecture" || own === "model_type" || own === "architectures") return ofArchitecture(declared, hand);
  if (/^(?:file_|weights?_|model_)?format$/.test(own)) return ofFormat(declared, hand);
  return open("nothing at hand shows it");
}

function ofTensor(name: string, declared: string, { tensors }: AtHand): Judged {
  const found = tensors.find((each) => each.name === name);
  if (!found) return open("no tensor of this name at hand");
  const text = /^(?:[A-Za-z]\w*\s*)?[[(]?\s*([0-9]+(?:\s*[,x×]\s*[0-9]+)*)\s*[\])]?$/.exec(declared.trim())?.[1];
  if (text === undefined) return open("its shape cannot be read");
  const shape = text.split(/[,x×]/).map(Number);
  return shape.length === found.shape.length && shape.every((n, i) => n === found.shape[i])
    ? holds("the shape of this tensor at hand")
    : contradicted(`the shape of this tensor at hand is ${found.shape.join(" x ")}`);
}

const UNITS: Record<string, number> = { k: 1e3, m: 1e6, b: 1e9, t: 1e12 };

function ofCount(declared: string, { counts }: AtHand): Judged {
  const [, whole, fraction = "", unit] =
    /^([0-9][0-9,_ ]*)(\.[0-9]+)?\s*(k|m|b|t|thousand|million|billion|trillion)?(?:\s+param(?:eter)?s)?$/i.exec(
      declared.trim(),
    ) ?? [];
  if (whole === undefined) return open("it is no number that can be read");
  const known = counts.filter((n) => n > 0);
  if (known.length === 0) return open("the parameters at hand cannot be counted");
  const scale = unit === undefined ? 1 : UNITS[unit[0]!.toLowerCase()]!;
  const stated = Number(whole.replace(/[,_ ]/g, "") + fraction) * scale;
  // Rounded or cut off at its last digit.
  const step = unit === undefined ? 0 : scale * 10 ** -Math.max(0, fraction.length - 1);
  const found = known.join(" or ");
  const near = known.find((n) => Math.abs(n - stated) <= step);
  if (near !== undefined) return holds(`there are ${near}`);
  // Input and output embeddings counted once or twice make a factor of at most two.
  if (known.every((n) => n > 2 * stated || stated > 2 * n)) return contradicted(`there are ${found}`);
  return open(`there are ${found}; people count tied embeddings and buffers differently`);
}

function ofSize(own: string, declared: string, { sizes, config }: AtHand): Judged {
  const stated = Number(declared);
  if (!Number.isSafeInteger(stated) || declared.trim() === "") return open("it is no whole number");
  const which = SIZES[own];
  const measured = which === undefined || sizes === null ? 0 : sizes[which];
  const odd = which === "mlpHidden" && (sizes?.experts ?? 0) > 0;
  if (measured > 0 && !odd) {
    if (measured === stated) return holds("so it is by the shapes of the weights at hand");
    const why = `by the shapes of the weights at hand it is ${measured}`;
    // More rows than words are padding, more layers may be layers for prediction ahead.
    return (which === "vocabulary" || which === "layers") && measured > stated && measured < 2 * stated
      ? open(why)
      : contradicted(why);
  }
  const said = config?.[own];
  if (typeof said !== "number") return open("neither weights nor config at hand tell");
  return said === stated ? holds("the config at hand says the same") : contradicted(`the config at hand says ${said}`);
}

const TYPES: Record<string, string> = {
  BFLOAT16: "BF16",
  FLOAT16: "F16",
  FP16: "F16",
  HALF: "F16",
  FLOAT32: "F32",
  FP32: "F32",
  FLOAT64: "F64",
  FP64: "F64",
};

/** @param plain it names a tensor's type, and nothing looser */
function ofType(declared: string, { tensors }: AtHand, plain: boolean): Judged {
  const upper = declared
    .trim()
    .replace(/^torch\./i, "")
    .toUpperCase();
  const wanted = TYPES[upper] ?? upper.replace(/^(Q[0-9]_K)_(?:S|M|L)$/, "$1");
  const matrices = tensors.filter(({ shape }) => shape.length >= 2);
  const total = matrices.reduce((sum, { elements }) => sum + elements, 0);
  if (total === 0) return open("no matrices at hand");
  const shares = new Map<string, number>();
  for (const { type, elements } of matrices) shares.set(type, (shares.get(type) ?? 0) + elements);
  const found = [...shares]
    .sort((a, b) => b[1] - a[1])
    .map(([type, n]) => `${type} ${((100 * n) / total).toFixed(1)} %`)
    .join(", ");
  const share = (shares.get(wanted) ?? 0) / total;
  if (share > 0.5) return holds(`matrices at hand by values: ${found}`);
  const known = Object.values(TYPES).includes(wanted);
  return share === 0 && plain && known
    ? contradicted(`matrices at hand by values: ${found}`)
    : open(`matrices at hand by values: ${found}`);
}

function ofFormat(declared: string, { format }: AtHand): Judged {
  const plain = declared.trim().toLowerCase().replace(/^\./, "");
  if (format === null) return open("the weights at hand are in no format that is read here");
  if (plain === format) return holds(`the weights at hand are ${format}`);
  return plain === "gguf" || plain === "safetensors"
    ? contradicted(`the weights at hand are ${format}`)
    : open(`the weights at hand are ${format}`);
}
