/**
 * One record of any format becomes one canonical row, or is set aside with a reason. Limits come first: times outside
 * 2015 to 2100, absurd counts and records without any account are no rows. A row carries its own digest, over what it
 * says and not over how its line was written, so that a re-export in another order of keys or another format is known.
 */
import { features, type HashSeeds } from "../templates/features.js";
import { normalise, words } from "../templates/tokens.js";
import { instant } from "./instant.js";
import { ABSENT_8, ABSENT_16, type KeyedHash } from "./keyed-hash.js";
import { at, first, type Mapping, unfolded } from "./mapping.js";
import { askedFirst } from "./messages.js";
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
  terms: RowBinaryWriter;
  /** Accounts with terms met in this block. */
  accepted: Set<string>;
  /** Prompts met in this block, as they were logged: their hash and signals are taken once, their fingerprints written once. */
  seen: Map<string, { id: Uint8Array; signals: number }>;
  /** System prompts met in this block: few, long, and sent with every request. */
  systems: Map<string, Uint8Array>;
  /** With `--reveal`: the identifiers behind the hashes. */
  reveal: ((hash: Uint8Array, account: string) => void) | null;
}

/** @param reveal told each account's name beside its hash; null keeps none */
export function newSink(reveal: RowSink["reveal"] = null): RowSink {
  const [rows, prompts, terms] = [new RowBinaryWriter(), new RowBinaryWriter(), new RowBinaryWriter()];
  return { rows, prompts, terms, accepted: new Set(), seen: new Map(), systems: new Map(), reveal };
}

export interface RowContext {
  mapping: Mapping;
  /** The owner named the mapping: no record is read in another one. */
  fixed?: boolean;
  hash: KeyedHash;
  seeds: HashSeeds;
  /** Number of the source in the manifest. */
  src?: number;
  batch: number;
}

/** What a record became: a row, with what is worth counting about it, or a reason. */
interface Written {
  zoneless: boolean;
  /** Keyed hashes of the account and of another user whom the request's own body names. */
  otherUser: { account: string; user: string } | null;
}

/** @returns the reason why the record is no row, or what was written */
export function writeRow(
  record: unknown,
  digest: (bytes: Uint8Array) => Uint8Array,
  context: RowContext,
  sink: RowSink,
): string | Written {
  const { mapping, hash, batch } = context;
  const time = instant(first(record, mapping.time));
  if (typeof time === "string") return time;
  const { ms } = time;
  if (!(ms >= TIME_MIN_MS && ms < TIME_MAX_MS)) return "a time outside 2015 to 2100";
  const key = firstIdentifier(record, mapping.key);
  const account = withoutSession(firstIdentifier(record, mapping.account)) ?? key;
  if (account === null) return "neither user nor key";
  const { prompt, system, turn } = askedFirst(
    mapping.prompt.map((path) => at(record, path)),
    first(record, mapping.system),
  );
  const accountHash = hash("account", account, 16);
  sink.reveal?.(accountHash, account);
  const { rows } = sink;
  const start = rows.length;
  rows.i64(ms);
  rows.fixed(accountHash);
  rows.fixed(field("key", key, hash));
  rows.fixed(field("org", firstIdentifier(record, mapping.org), hash));
  rows.fixed(field("payment", firstIdentifier(record, mapping.payment), hash));
  rows.fixed(field("network", network(firstIdentifier(record, mapping.address)), hash));
  rows.fixed(field("client", firstIdentifier(record, mapping.client), hash));
  rows.fixed(system === null ? ABSENT_8 : systemHash(system, hash, sink));
  rows.fixed(field("session", firstIdentifier(record, mapping.session), hash));
  rows.text((firstIdentifier(record, mapping.model) ?? "").slice(0, 100));
  rows.u32(count(first(record, mapping.input)));
  rows.u32(count(first(record, mapping.output)));
  rows.u16(turn);
  rows.u16(flags(first(record, mapping.parameters)));
  const met = prompt === null ? NO_PROMPT : (sink.seen.get(prompt) ?? writePrompt(prompt, context, sink));
  rows.u32(met.signals);
  rows.fixed(met.id);
  rows.fixed(ABSENT_16);
  writeExtra(record, context, rows);
  const request = firstIdentifier(record, mapping.request);
  rows.fixed(request === null ? ABSENT_8 : hash("request", request, 8));
  rows.fixed(digest(rows.since(start, time.nanos)));
  rows.u32(context.src ?? 0);
  rows.u32(batch);
  if (mapping.terms.length > 0) writeTerms(record, ms, accountHash, context, sink);
  const caller = mapping.caller.length === 0 ? null : withoutSession(firstIdentifier(record, mapping.caller));
  const otherUser =
    caller === null || caller === account
      ? null
      : { account: hex(accountHash), user: hex(hash("account", caller, 16)) };
  return { zoneless: time.zoneless, otherUser };
}

/** Longer is a text and no name of terms. */
const TERMS_CHARS_MAX = 200;

/** Once a block, however often the account's rows repeat it. */
function writeTerms(record: unknown, ms: number, account: Uint8Array, context: RowContext, sink: RowSink): void {
  const { mapping, batch } = context;
  const terms = firstIdentifier(record, mapping.terms)?.slice(0, TERMS_CHARS_MAX);
  if (terms === undefined) return;
  const said = first(record, mapping.termsAccepted);
  const time = said === undefined ? "not said" : instant(said);
  const accepted = typeof time !== "string" && time.ms >= TIME_MIN_MS && time.ms < TIME_MAX_MS ? time.ms : 0;
  const name = `${hex(account)} ${accepted} ${terms}`;
  if (sink.accepted.has(name)) return;
  sink.accepted.add(name);
  sink.terms.fixed(account);
  sink.terms.text(terms);
  sink.terms.i64(accepted);
  sink.terms.i64(ms);
  sink.terms.u32(batch);
}

function hex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
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
  const within = mapping.within.length === 0 ? null : firstIdentifier(record, mapping.within);
  if (within !== null) extra = [...extra, [WITHIN, within]];
  // An export may write the same fields in another order.
  if (extra.length > 1) extra.sort(byName);
  rows.count(extra.length);
  for (const [name, value] of extra) {
    rows.text(name);
    rows.fixed(hash(name === WITHIN ? "request" : name, value, 8));
  }
}

/** Under this name stands the id of the request that a row was made within, hashed as a request's own id is. */
export const WITHIN = "made within";

const NO_EXTRA: [string, string][] = [];
const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : a > b ? 1 : 0);

const PATH_FIELDS = [
  "time",
  "request",
  "within",
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

/** What gateways, databases and tables write where there is nobody: no account, or thousands of strangers become one. */
const NOBODY = new Set(
  "null none nil undefined nan n/a na anonymous unknown default default_user_id (null) <nil> <null> <none> \\n -".split(
    " ",
  ),
);

/** The first path that names somebody. */
export function firstIdentifier(record: unknown, options: readonly (readonly string[])[]): string | null {
  for (const keys of options) {
    const value = identifier(at(record, keys));
    if (value !== null) return value;
  }
  return null;
}

function identifier(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string") return null;
  const text = value.trim().slice(0, IDENTIFIER_CHARS_MAX);
  if (text === "" || (text.length <= NOBODY_CHARS_MAX && NOBODY.has(text.toLowerCase()))) return null;
  // The same name may come composed or decomposed (UAX #15).
  return ASCII.test(text) ? text : text.normalize("NFC");
}

/**
 * A coding agent's `metadata.user_id` names device, account and session in one (`user_…_account_…_session_…`, or the three
 * as JSON text): a person would be as many accounts as he has sessions. The account is whom it names, else the device.
 */
function withoutSession(name: string | null): string | null {
  if (name === null) return null;
  if (name.startsWith("user_")) {
    const [, device, account] = AGENT_USER.exec(name) ?? [];
    return account || device || name;
  }
  if (!name.startsWith("{")) return name;
  const named = unfolded(name);
  if (typeof named !== "object" || named === null || !("session_id" in named)) return name;
  return firstIdentifier(named, [["account_uuid"], ["user_id"], ["device_id"]]) ?? name;
}

const AGENT_USER = /^user_([0-9a-f]{8,64})_account_([0-9a-f-]{36})?_session_[0-9a-f-]{36}$/;

const NOBODY_CHARS_MAX = 15;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;

/** The /24 of an IPv4 address, the /48 of an IPv6 address: what one operator is likely to hold together. */
function network(address: string | null): string | null {
  if (address === null) return null;
  const v4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?::\d+)?$/.exec(address);
  if (v4) return v4[1]!;
  return address.includes(":") ? address.toLowerCase().split(":").slice(0, 3).join(":") : address;
}

/** A count of tokens; "1,234" is one thousand. */
function count(value: unknown): number {
  const n = typeof value === "string" ? Number(THOUSANDS.test(value) ? value.replaceAll(",", "") : value) : value;
  return typeof n === "number" && n > 0 && n < COUNT_MAX ? Math.floor(n) : 0;
}

const THOUSANDS = /^\d{1,3}(,\d{3})+$/;

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
