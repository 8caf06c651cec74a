/**
 * One record of any format becomes one canonical row, or is set aside with a reason. Limits come first: times outside
 * 2015 to 2100, absurd counts and records without any account are no rows.
 */
import { features, type HashSeeds } from "../templates/features.js";
import { normalise, words } from "../templates/tokens.js";
import { ABSENT_8, ABSENT_16, type KeyedHash } from "./keyed-hash.js";
import { at, first, type Mapping } from "./mapping.js";
import { asked } from "./messages.js";
import { RowBinaryWriter } from "./row-binary.js";
import { FLAGS, signalsIn } from "./signals.js";

const TIME_MIN_MS = Date.UTC(2015, 0, 1);
const TIME_MAX_MS = Date.UTC(2100, 0, 1);
const COUNT_MAX = 2 ** 31;
const IDENTIFIER_CHARS_MAX = 1000;
/** Fields that no mapping names are kept as keyed hashes under their own names, this many a record. */
const EXTRA_MAX = 24;

export interface RowSink {
  rows: RowBinaryWriter;
  prompts: RowBinaryWriter;
  /** Prompts met in this block, as they were logged: their hash and signals are taken once, their fingerprints written once. */
  seen: Map<string, { id: Uint8Array; signals: number }>;
  /** System prompts met in this block: few, long, and sent with every request. */
  systems: Map<string, Uint8Array>;
  /** With `--reveal`: the identifiers behind the hashes. */
  reveal: ((hash: Uint8Array, account: string) => void) | null;
}

export function newSink(reveal: RowSink["reveal"] = null): RowSink {
  return { rows: new RowBinaryWriter(), prompts: new RowBinaryWriter(), seen: new Map(), systems: new Map(), reveal };
}

export interface RowContext {
  mapping: Mapping;
  hash: KeyedHash;
  seeds: HashSeeds;
  batch: number;
}

/** @returns the reason why the record is no row, or null when it was written */
export function writeRow(record: unknown, source: Uint8Array, context: RowContext, sink: RowSink): string | null {
  const { mapping, hash, batch } = context;
  const time = milliseconds(first(record, mapping.time));
  if (time === null) return "no time that can be read";
  if (!(time >= TIME_MIN_MS && time < TIME_MAX_MS)) return "a time outside 2015 to 2100";
  const key = identifier(first(record, mapping.key));
  const account = identifier(first(record, mapping.account)) ?? key;
  if (account === null) return "neither user nor key";
  const { prompt, system, turn } = asked(first(record, mapping.prompt), first(record, mapping.system));
  const accountHash = hash("account", account, 16);
  sink.reveal?.(accountHash, account);
  const { rows } = sink;
  rows.i64(time);
  rows.fixed(accountHash);
  rows.fixed(field("key", key, hash));
  rows.fixed(field("org", identifier(first(record, mapping.org)), hash));
  rows.fixed(field("payment", identifier(first(record, mapping.payment)), hash));
  rows.fixed(field("network", network(identifier(first(record, mapping.address))), hash));
  rows.fixed(field("client", identifier(first(record, mapping.client)), hash));
  rows.fixed(system === null ? ABSENT_8 : systemHash(system, hash, sink));
  rows.fixed(field("session", identifier(first(record, mapping.session)), hash));
  rows.text((identifier(first(record, mapping.model)) ?? "").slice(0, 100));
  rows.u32(count(first(record, mapping.input)));
  rows.u32(count(first(record, mapping.output)));
  rows.u16(turn);
  rows.u16(flags(first(record, mapping.parameters)));
  const met = prompt === null ? NO_PROMPT : (sink.seen.get(prompt) ?? writePrompt(prompt, context, sink));
  rows.u32(met.signals);
  rows.fixed(met.id);
  rows.fixed(ABSENT_16);
  rows.fixed(source);
  rows.u32(batch);
  writeExtra(record, context, rows);
  return null;
}

const NO_PROMPT = { id: ABSENT_16, signals: 0 };

function writePrompt(prompt: string, { hash, seeds, batch }: RowContext, sink: RowSink) {
  const text = normalise(prompt);
  const met = { id: hash("prompt", text, 16), signals: signalsIn(prompt) };
  sink.seen.set(prompt, met);
  sink.prompts.fixed(met.id);
  sink.prompts.u32s(features(words(text), seeds));
  sink.prompts.u32(batch);
  return met;
}

function systemHash(system: string, hash: KeyedHash, { systems }: RowSink): Uint8Array {
  let known = systems.get(system);
  if (!known) {
    known = hash("system", normalise(system), 8);
    systems.set(system, known);
  }
  return known;
}

/** Scalars at the top of a record that the mapping does not name. */
function writeExtra(record: unknown, { mapping, hash }: RowContext, rows: RowBinaryWriter): void {
  const known = knownTops(mapping);
  let extra = NO_EXTRA;
  if (typeof record === "object" && record !== null)
    for (const name in record) {
      if (extra.length >= EXTRA_MAX) break;
      if (known.has(name)) continue;
      const value = identifier(at(record, [name]));
      if (value === null) continue;
      if (extra === NO_EXTRA) extra = [];
      extra.push([name.slice(0, 60), value]);
    }
  rows.count(extra.length);
  for (const [name, value] of extra) {
    rows.text(name);
    rows.fixed(hash(name, value, 8));
  }
}

const NO_EXTRA: [string, string][] = [];

const PATH_FIELDS = [
  "time",
  "account",
  "key",
  "org",
  "payment",
  "address",
  "client",
  "session",
  "model",
  "input",
  "output",
  "prompt",
  "system",
  "parameters",
] as const satisfies readonly (keyof Mapping)[];

const tops = new WeakMap<Mapping, Set<string>>();
function knownTops(mapping: Mapping): Set<string> {
  let known = tops.get(mapping);
  if (!known) {
    known = new Set([...mapping.ignore, ...PATH_FIELDS.flatMap((name) => mapping[name].map((path) => path[0]!))]);
    tops.set(mapping, known);
  }
  return known;
}

function field(name: string, value: string | null, hash: KeyedHash): Uint8Array {
  return value === null ? ABSENT_8 : hash(name, value, 8);
}

function identifier(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string" || value === "") return null;
  return value.slice(0, IDENTIFIER_CHARS_MAX);
}

/** The /24 of an IPv4 address, the /48 of an IPv6 address: what one operator is likely to hold together. */
function network(address: string | null): string | null {
  if (address === null) return null;
  const v4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?::\d+)?$/.exec(address);
  if (v4) return v4[1]!;
  return address.includes(":") ? address.toLowerCase().split(":").slice(0, 3).join(":") : address;
}

function count(value: unknown): number {
  const n = typeof value === "string" ? Number(value) : value;
  return typeof n === "number" && n > 0 && n < COUNT_MAX ? Math.floor(n) : 0;
}

/** ISO 8601, "YYYY-MM-DD hh:mm:ss" as UTC, or a number whose size tells seconds, milli-, micro- or nanoseconds. */
function milliseconds(value: unknown): number | null {
  if (typeof value === "string" && !/^\d+(\.\d+)?$/.test(value)) {
    const text = value.slice(0, 40).replace(/^(\d{4}-\d\d-\d\d) (\d)/, "$1T$2");
    const ms = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) || !text.includes("T") ? text : `${text}Z`);
    return Number.isFinite(ms) ? ms : null;
  }
  const n = typeof value === "string" ? Number(value) : value;
  if (typeof n !== "number" || !(n > 0)) return null;
  return Math.floor(n < 1e11 ? n * 1000 : n < 1e14 ? n : n < 1e17 ? n / 1000 : n / 1e6);
}

function flags(parameters: unknown): number {
  if (typeof parameters !== "object" || parameters === null) return 0;
  const { logprobs, top_logprobs, logit_bias, max_tokens } = parameters as Record<string, unknown>;
  const bias = typeof logit_bias === "object" && logit_bias !== null && Object.keys(logit_bias).length > 0;
  return (
    (logprobs || top_logprobs ? FLAGS.logprobs : 0) |
    (bias ? FLAGS.logitBias : 0) |
    (max_tokens === 1 ? FLAGS.oneToken : 0)
  );
}
