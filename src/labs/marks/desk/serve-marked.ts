/**
 * One answer of a local model under an account's own key: steps are marked, every piece is logged before it is handed
 * out, and an account's canaries are told where their question is asked. Chance comes in as an argument.
 */
import { hex, utf8 } from "../../../base/bytes.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { StepModel } from "../../../host/answers/step-model.js";
import type { ServingLog } from "../../../host/log/serving-log.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import type { AssayMark } from "../schemes/assay-scheme.js";
import { keyCommitment } from "../schemes/commitment.js";
import { parseMark } from "../schemes/mark-file.js";
import { derivedKey } from "../schemes/mark-keys.js";
import { type Marker, markerOf } from "../schemes/marker.js";

/** Tokens in one piece: a piece waits for the disk once. */
export const PIECE_TOKENS = 16;
const KEYS_HELD_MAX = 10_000;

interface Canary {
  id: string;
  question: string;
  answer: string;
}

interface Serving {
  model: StepModel;
  master: Uint8Array;
  period: string;
  variant: "tournament" | "biased";
  log: ServingLog;
  draws: TokenDraws;
  /** Canaries by account. */
  canaries: ReadonlyMap<string, readonly Canary[]>;
  /** Uniform in [0, 1). */
  chance: () => number;
  now: () => number;
}

export interface Ask {
  id: string;
  account: string;
  prompt: string;
  /** Whether the prompt is a turn of a conversation, not text to go on from. */
  chat: boolean;
  tokensMax: number;
  temperature: number;
}

/** Makes a function that answers: pieces of text, each already in the log. */
export function markedAnswers(serving: Serving): (ask: Ask) => AsyncGenerator<string> {
  const keys = new Map<string, { step: Marker; commitment: Digest }>();
  const keyed = (account: string) => {
    const known = keys.get(account);
    if (known) return known;
    const key = derivedKey(serving.master, account, serving.period);
    const mark = parseMark(
      {
        type: "assay/mark/v1",
        scheme: "assay",
        variant: serving.variant,
        key: hex(key),
        vocabulary: serving.model.vocabulary,
      },
      "serve",
    ) as AssayMark;
    const made = { step: markerOf(mark, serving.draws), commitment: keyCommitment(key) };
    if (keys.size >= KEYS_HELD_MAX) keys.clear();
    keys.set(account, made);
    return made;
  };
  return async function* answer(ask) {
    const { step, commitment } = keyed(ask.account);
    const planted = serving.canaries.get(ask.account)?.find(({ question }) => ask.prompt.includes(question));
    const entry = {
      id: ask.id,
      time: new Date(serving.now()).toISOString(),
      account: ask.account,
      period: serving.period,
      commitment,
      model: serving.model.name,
      prompt: sha256Digest(utf8(ask.prompt)),
      ...(planted ? { canary: planted.id } : {}),
    };
    let text = "";
    for await (const piece of planted ? [planted.answer] : generate(serving, ask, step)) {
      if (piece === "") continue;
      text += piece;
      await serving.log.append({ ...entry, chars: text.length, text: sha256Digest(utf8(text)), final: false });
      yield piece;
    }
    await serving.log.append({ ...entry, chars: text.length, text: sha256Digest(utf8(text)), final: true });
  };
}

/** Pieces of text; a character whose bytes are not all there yet waits for the next piece. */
async function* generate(serving: Serving, { prompt, chat, tokensMax, temperature }: Ask, step: Marker) {
  const { model, chance } = serving;
  const promptIds = model.encode(prompt, chat);
  const room = model.contextTokens - promptIds.length;
  if (room < 1)
    throw new AssayError("LIMIT", `mark serve: expected a prompt of fewer than ${model.contextTokens} tokens`);
  const steps = await model.begin(promptIds);
  const generated: number[] = [];
  let told = "";
  try {
    for (let n = 0; n < Math.min(tokensMax, room); n++) {
      const found = steps.next(generated);
      const logits = found instanceof Promise ? await found : found;
      if (temperature !== 1) for (let t = 0; t < logits.length; t++) logits[t]! /= temperature;
      step(generated, logits);
      const token = draw(logits, chance());
      if (model.ends(token)) break;
      generated.push(token);
      if (generated.length % PIECE_TOKENS > 0) continue;
      const text = model.decode(generated);
      if (text.endsWith("\ufffd")) continue;
      yield text.slice(told.length);
      told = text;
    }
  } finally {
    steps.close();
  }
  yield model.decode(generated).slice(told.length);
}

function draw(logits: Float64Array, u: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const x of logits) if (x > top) top = x;
  let total = 0;
  for (const x of logits) total += Math.exp(x - top);
  let left = u * total;
  for (let t = 0; t < logits.length; t++) {
    left -= Math.exp(logits[t]! - top);
    if (left < 0) return t;
  }
  return logits.lastIndexOf(top);
}

/** What `assay mark canaries --served` wrote: an account and its canaries a line. */
export function readServed(text: string, what: string): Map<string, Canary[]> {
  const served = new Map<string, Canary[]>();
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = parseStrictJson(line, `${what} line ${i + 1}`) as { account?: unknown; canaries?: unknown };
    if (typeof value?.account !== "string" || !Array.isArray(value.canaries))
      throw new AssayError("FORMAT", `mark serve: ${what} line ${i + 1}: expected an account and its canaries`);
    const canaries = (value.canaries as Partial<Canary>[]).filter(
      (c) => typeof c.question === "string" && c.question !== "",
    );
    served.set(
      value.account,
      canaries.map((c) => ({ id: String(c.id), question: c.question!, answer: String(c.answer) })),
    );
  }
  return served;
}
