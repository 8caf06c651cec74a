/**
 * Every edit of a single entry of a case's bundle: taken away, doubled (beside itself and at the end), moved to every other
 * place, exchanged with the next, and changed: each member of its record, and a bit of each part's bytes at several places.
 * And the same by an office that makes its log anew over what is left, numbers and all, with keys of its own.
 */
import { randomBytes } from "node:crypto";
import { canonicalJsonBytes } from "../../dist/base/canonical-json.js";
import { sha256Digest } from "../../dist/base/digest.js";
import { LogWriter } from "../../dist/tlog/log-writer.js";
import { encodeVerifierKey, secretKeyOf } from "../../dist/tlog/note-keys.js";

export interface Edit {
  kind: "taken away" | "doubled" | "moved" | "exchanged" | "bit" | "member";
  what: string;
  files: Map<string, Uint8Array>;
}

const PARTS = ["record", "bundle"] as const;
/** Bits of each part that are turned, spread over its bytes. */
const BITS = 4;
/** Beyond so many entries a move to every other place is tried for every so many places only. */
const PLACES = 16;
const path = (seq: number, part: string) => `entries/${String(seq).padStart(6, "0")}.${part}.json`;
const countOf = (files: ReadonlyMap<string, Uint8Array>) =>
  [...files.keys()].filter((name) => name.endsWith(".record.json")).length;

/** Orders of entries that differ from the true one by one entry. */
function* orders(count: number): Generator<{ kind: Edit["kind"]; what: string; order: number[] }> {
  const all = Array.from({ length: count }, (_, seq) => seq);
  const every = Math.max(1, Math.ceil(count / PLACES));
  for (const seq of all) {
    const rest = all.filter((each) => each !== seq);
    yield { kind: "taken away", what: `entry ${seq} taken away`, order: rest };
    yield { kind: "doubled", what: `entry ${seq} doubled`, order: [...all.slice(0, seq), seq, ...all.slice(seq)] };
    if (seq + 1 < count) yield { kind: "doubled", what: `entry ${seq} again at the end`, order: [...all, seq] };
    if (seq + 1 < count) {
      const exchanged = [...all];
      [exchanged[seq], exchanged[seq + 1]] = [seq + 1, seq];
      yield { kind: "exchanged", what: `entries ${seq} and ${seq + 1} exchanged`, order: exchanged };
    }
    for (let to = seq % every; to < count; to += every)
      if (Math.abs(to - seq) > 1)
        yield {
          kind: "moved",
          what: `entry ${seq} moved to place ${to}`,
          order: [...rest.slice(0, to), seq, ...rest.slice(to)],
        };
  }
}

export function* singleEdits(files: ReadonlyMap<string, Uint8Array>): Generator<Edit> {
  const count = countOf(files);
  const entries = Array.from({ length: count }, (_, seq) => PARTS.map((part) => files.get(path(seq, part))!));
  const others = [...files].filter(([name]) => !name.startsWith("entries/"));
  for (const { order, ...edit } of orders(count)) {
    const ordered = order.flatMap((from, to) => PARTS.map((part, n) => [path(to, part), entries[from]![n]!] as const));
    yield { ...edit, files: new Map([...others, ...ordered]) };
  }
  for (let seq = 0; seq < count; seq++) {
    for (const [n, part] of PARTS.entries()) {
      const whole = entries[seq]![n]!;
      for (let bit = 0; bit < BITS; bit++) {
        const bytes = Uint8Array.from(whole);
        const at = (Math.floor((whole.length * bit) / BITS) + seq * 37 + 11) % bytes.length;
        bytes[at] = bytes[at]! ^ (1 << (bit % 3));
        const what = `a bit of byte ${at} of the ${part} of entry ${seq}`;
        yield { kind: "bit", what, files: new Map([...files, [path(seq, part), bytes]]) };
      }
    }
    for (const { what, bytes } of changedMembers(entries[seq]![0]!))
      yield { kind: "member", what: `entry ${seq}: ${what}`, files: new Map([...files, [path(seq, "record"), bytes]]) };
  }
}

/** The record with each of its members, and of its facts, changed to another value of its type. */
function* changedMembers(record: Uint8Array): Generator<{ what: string; bytes: Uint8Array }> {
  const said = JSON.parse(new TextDecoder().decode(record)) as Record<string, unknown>;
  const facts = said.facts as Record<string, unknown>;
  for (const name of Object.keys(said))
    yield { what: name, bytes: canonicalJsonBytes({ ...said, [name]: another(said[name]) }) };
  for (const name of Object.keys(facts))
    yield {
      what: `facts.${name}`,
      bytes: canonicalJsonBytes({ ...said, facts: { ...facts, [name]: another(facts[name]) } }),
    };
}

function another(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") {
    const last = value.at(-1);
    return (
      value.slice(0, -1) +
      (last === "0" ? "1" : last === "a" ? "b" : /[0-9a-f]/.test(last ?? "") ? "0" : last === "x" ? "y" : "x")
    );
  }
  if (Array.isArray(value)) return value.length > 0 ? value.slice(1) : [""];
  return value === null ? "x" : { ...(value as object), x: 1 };
}

/**
 * An office that is not honest: entries in another order, numbered and chained anew, under a fresh log. Signed bundles stay
 * as they are, as it has nobody else's key. The last entry taken away is not tried: nothing that is left could know of it,
 * which every report says.
 */
export async function* remadeEdits(files: ReadonlyMap<string, Uint8Array>): AsyncGenerator<Edit> {
  const count = countOf(files);
  const entries = Array.from({ length: count }, (_, seq) => PARTS.map((part) => files.get(path(seq, part))!));
  const origin = (JSON.parse(new TextDecoder().decode(files.get("case.json"))) as { origin: string }).origin;
  const key = secretKeyOf(origin, "ed25519", new Uint8Array(randomBytes(32)));
  const others = [...files].filter(([name]) => !name.startsWith("entries/"));
  const anew = async (
    edit: Pick<Edit, "kind" | "what">,
    records: Uint8Array[],
    bundles: Uint8Array[],
  ): Promise<Edit> => {
    const out = new Map(others);
    const chained: Uint8Array[] = [];
    for (const [seq, record] of records.entries()) {
      const said = JSON.parse(new TextDecoder().decode(record)) as Record<string, unknown>;
      const prev = seq === 0 ? null : sha256Digest(chained[seq - 1]!);
      chained.push(canonicalJsonBytes({ ...said, seq, prev }));
      out.set(path(seq, "record"), chained[seq]!);
      out.set(path(seq, "bundle"), bundles[seq]!);
    }
    out.set("checkpoint", await checkpointOf(origin, key, chained));
    out.set("log-keys.txt", new TextEncoder().encode(`${encodeVerifierKey(key)}\n`));
    return { ...edit, files: out };
  };
  for (const { order, kind, what } of orders(count)) {
    if (kind === "taken away" && order.length === count - 1 && order.every((from, to) => from === to)) continue;
    const [records, bundles] = [0, 1].map((n) => order.map((from) => entries[from]![n]!)) as [
      Uint8Array[],
      Uint8Array[],
    ];
    yield await anew({ kind, what }, records, bundles);
  }
  const [records, bundles] = [0, 1].map((n) => entries.map((each) => each[n]!)) as [Uint8Array[], Uint8Array[]];
  for (let seq = 0; seq < count; seq++)
    for (const { what, bytes } of changedMembers(records[seq]!)) {
      // Number and predecessor are made anew with the log.
      if (what === "seq" || what === "prev") continue;
      yield await anew({ kind: "member", what: `entry ${seq}: ${what}` }, records.with(seq, bytes), bundles);
    }
}

async function checkpointOf(origin: string, key: ReturnType<typeof secretKeyOf>, records: Uint8Array[]) {
  const stored = new Map<string, Uint8Array>();
  const store = {
    read: async (name: string) => stored.get(name) ?? null,
    write: async (all: ReadonlyMap<string, Uint8Array>) => all.forEach((bytes, name) => void stored.set(name, bytes)),
    remove: async () => undefined,
  };
  const writer = await LogWriter.open({ store, origin, keys: [key], now: () => 1_772_442_000 });
  await Promise.all(records.map((record) => writer.append(record)));
  return stored.get("checkpoint")!;
}
