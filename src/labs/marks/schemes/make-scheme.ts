/**
 * From a mark file to what scores texts under it, and the refusal of marks that nobody can draw again: KGW
 * (Kirchenbauer et al. 2023), Unigram (Zhao et al. 2023), Gumbel (Aaronson 2022), SynthID-Text, SBW and our own.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { AssayError } from "../../../base/error.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { assayScheme } from "./assay-scheme.js";
import { GreenLists } from "./green-lists.js";
import type { Law } from "./law.js";
import type { Mark } from "./mark-file.js";
import { pcg64Words, shuffle } from "./pcg64.js";
import { sbwScheme } from "./sbw-scheme.js";
import type { Scheme } from "./scheme.js";
import { seededScheme } from "./seeded-scheme.js";
import { seedingOf } from "./seeding.js";
import { synthIdScheme } from "./synthid-scheme.js";
import { textSealScheme } from "./textseal-scheme.js";
import { vllmGumbelScheme } from "./vllm-gumbel.js";

/** Why no bit-exact claim can be made for this mark, or null. */
export function notReproducible(mark: Mark): string | null {
  if (mark.device === "cpu") return null;
  const drawn = `its random numbers were drawn on a ${mark.device} device, whose generator differs from the CPU's and, on CUDA, between card models`;
  switch (mark.form) {
    case "kgw/transformers":
    case "kgw/original":
    case "kgw/markllm":
      return drawn;
    case "synthid/transformers":
      return mark.parameters.sampling_table === undefined
        ? `${drawn}; a mark file that carries the sampling table itself can be read`
        : null;
    default:
      // Drawn on the CPU by construction, or by integer hashes alone.
      return null;
  }
}

/** Forms of which the study of presence drew keys (validation/marks.study.ts). */
const STUDIED: ReadonlySet<Mark["form"]> = new Set([
  "kgw/transformers",
  "kgw/original",
  "synthid/transformers",
  "synthid/reference",
  "unigram/original",
  "gumbel/markllm",
  "assay/tournament",
  "assay/biased",
] as const);

/** Whether the study of presence scored texts under marks of this form. */
export function studiedForm({ form }: Mark): boolean {
  return STUDIED.has(form);
}

/** @throws AssayError UNSUPPORTED for a parameter that the library itself cannot reproduce */
export function schemeOf(mark: Mark, draws: TokenDraws): Scheme {
  const reason = notReproducible(mark);
  if (reason !== null) throw new AssayError("UNSUPPORTED", `mark file: expected a reproducible mark: ${reason}`);
  const n = mark.vocabulary;
  switch (mark.form) {
    case "kgw/transformers":
      return green(mark, draws, Math.trunc(n * mark.parameters.greenlist_ratio), false, 0);
    case "kgw/original":
      return green(mark, draws, Math.trunc(n * mark.parameters.gamma), !mark.parameters.select_green_tokens, 0);
    case "kgw/markllm":
      return green(mark, draws, Math.trunc(n * mark.parameters.gamma), false, 0);
    case "kgw/three-bricks":
      return green(mark, draws, Math.trunc(mark.parameters.gamma * n), false, mark.parameters.payload % n);
    case "gumbel/markllm":
      return seededScheme(seedingOf(mark, draws), n, { kind: "exponential" }, exponential(draws, n, 0));
    case "gumbel/three-bricks":
      return seededScheme(
        seedingOf(mark, draws),
        n,
        { kind: "exponential" },
        exponential(draws, n, mark.parameters.payload % n),
      );
    case "synthid/transformers":
    case "synthid/reference":
      return synthIdScheme(mark, draws);
    case "unigram/original":
      return unigram(mark.key, n, Math.trunc(mark.parameters.gamma * n));
    case "gumbel/vllm":
    case "dual-gumbel/vllm":
      return vllmGumbelScheme(mark, draws);
    case "gumbel/textseal":
    case "kgw/textseal":
      return textSealScheme(mark);
    case "sbw/vllm":
    case "sbw/original":
      return sbwScheme(mark, draws);
    case "assay/tournament":
    case "assay/biased":
      return assayScheme(mark, draws);
  }
}

function green(mark: Mark, draws: TokenDraws, size: number, last: boolean, payload: number): Scheme {
  const lists = new GreenLists(draws, mark.vocabulary, size, last);
  const law: Law = { kind: "green", rate: size / mark.vocabulary };
  return seededScheme(seedingOf(mark, draws), mark.vocabulary, law, (seeds, tokens) => {
    // three_bricks rolls its list back by the payload: the bias of a token is that of token + payload.
    const rolled = payload === 0 ? tokens : tokens.map((t) => (t + payload) % mark.vocabulary);
    return lists.test(seeds, rolled);
  });
}

/** −ln(1 − u) of each token's own draw, seeds grouped so that each stream is drawn once. */
function exponential(draws: TokenDraws, vocabulary: number, payload: number) {
  return (seeds: Uint32Array, tokens: Uint32Array): Float64Array => {
    const out = new Float64Array(seeds.length);
    const rolled = tokens.map((t) => (t + payload) % vocabulary);
    const order = Array.from(seeds.keys()).sort((a, b) => seeds[a]! - seeds[b]! || rolled[a]! - rolled[b]!);
    for (let from = 0; from < order.length; ) {
      const seed = seeds[order[from]!]!;
      let to = from;
      while (to < order.length && seeds[order[to]!] === seed) to++;
      const group = order.slice(from, to);
      const bits = draws.uniformBits(
        seed,
        Uint32Array.from(group, (i) => rolled[i]!),
      );
      for (const [k, i] of group.entries()) out[i] = -Math.log1p(-bits[k]! * 2 ** -24);
      from = to;
    }
    return out;
  };
}

/** One shuffled mask for all contexts (Zhao et al. 2023): the tuple is the token alone. */
function unigram(key: bigint, vocabulary: number, marked: number): Scheme {
  const mask = Uint8Array.from({ length: vocabulary }, (_, i) => (i < marked ? 1 : 0));
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, key, true);
  shuffle(mask, pcg64Words(new DataView(sha256(bytes).buffer).getUint32(0, true)));
  return {
    law: { kind: "one-list", marked, vocabulary },
    contextWidth: 0,
    contextOffsets: [],
    readsPrompt: false,
    marksOnce: false,
    names: (ids, positions) => {
      const names = new Uint32Array(2 * positions.length);
      for (let i = 0; i < positions.length; i++) names[2 * i + 1] = ids[positions[i]!]!;
      return names;
    },
    scores: (ids, positions) => Float64Array.from(positions, (at) => mask[ids[at]!]!),
  };
}
