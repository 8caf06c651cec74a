/**
 * Records of kinds that this reader does not know: a later version's, or another room's. They are counted and shown, and
 * never stop a reader. What one speaks of is told by what it names: digests and key ids anywhere in it, and names and
 * addresses that stand there as whole texts. An answer about a thing that one names may be wrong, and is refused.
 * It cannot see a thing that is named in another way, such as by a digest in base64 or by a prefix.
 */
import { type Digest, sha256Digest } from "../../base/digest.js";
import type { RecordText } from "./canonical-record.js";

export interface ForeignRecord {
  foreign: true;
  /** As written in the record; null where it is no text. */
  type: string | null;
  kind: string | null;
  /** Unix seconds on the operator's clock, where it says so. */
  received: number | null;
  /** Of the entry's bytes. */
  digest: Digest;
  /** SHA-256 values, key ids, short texts: whatever it may be about. */
  names: readonly string[];
}

export interface ForeignEntry extends Omit<ForeignRecord, "names" | "foreign"> {
  index: number;
}

/** A name or an address; longer texts are prose. */
const NAME_CHARACTERS_MAX = 2100;
const WORD_CHARACTERS_MAX = 200;

/** Texts of it are bounded: a name too long is cut, a time that is no whole number is null. */
export function foreignRecord({ value }: RecordText, bytes: Uint8Array): ForeignRecord {
  const { type, kind, received } = value;
  return {
    foreign: true,
    type: word(type),
    kind: word(kind),
    received: Number.isSafeInteger(received) && (received as number) >= 0 ? (received as number) : null,
    digest: sha256Digest(bytes),
    names: namedIn(value),
  };
}

function word(value: unknown): string | null {
  return typeof value === "string" ? value.slice(0, WORD_CHARACTERS_MAX) : null;
}

/** All texts of it but its type, its kind and the key that signed it: whoever signs is not what is spoken of. */
function namedIn({ type: _type, kind: _kind, key: signer, ...rest }: Record<string, unknown>): string[] {
  const names = new Set<string>();
  const open: unknown[] = [rest, ...(typeof signer === "string" ? [] : [signer])];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "string") {
      for (const [hex] of value.matchAll(/[0-9a-fA-F]{64,}/g)) for (const each of windows(hex)) names.add(each);
      if (value.length <= NAME_CHARACTERS_MAX) names.add(value);
    } else if (Array.isArray(value)) open.push(...value);
    else if (typeof value === "object" && value !== null)
      for (const [name, held] of Object.entries(value)) open.push(name, held);
  }
  return [...names];
}

/** A longer run of hexadecimal may hold a digest at its beginning or at its end. */
function windows(hex: string): string[] {
  const low = hex.toLowerCase();
  return low.length === 64 ? [low] : [low.slice(0, 64), low.slice(-64)];
}

/** The foreign entries of one log, found again by what they name. */
export class ForeignEntries {
  readonly entries: ForeignEntry[] = [];
  readonly #byName = new Map<string, number[]>();

  add(index: number, { type, kind, received, digest, names }: ForeignRecord): void {
    const at = this.entries.push({ index, type, kind, received, digest }) - 1;
    for (const name of names) {
      const list = this.#byName.get(name);
      if (list) list.push(at);
      else this.#byName.set(name, [at]);
    }
  }

  get count(): number {
    return this.entries.length;
  }

  /**
   * Those that name one of these things, in order.
   * @param things ids (`sha256:…`, `uri:…`), digests, key ids, names, addresses
   */
  speakingOf(things: Iterable<string | null>): ForeignEntry[] {
    if (this.entries.length === 0) return [];
    const found = new Set<number>();
    for (const thing of things) {
      if (thing === null) continue;
      const hex = /^(?:sha256:|uri:)?([0-9a-f]{64})$/.exec(thing)?.[1];
      for (const at of this.#byName.get(hex ?? thing) ?? []) found.add(at);
    }
    return [...found].sort((a, b) => a - b).map((at) => this.entries[at]!);
  }
}

/** Why an answer is not given: one sentence. */
export function refusalOf(entries: readonly ForeignEntry[]): string | null {
  const [first] = entries;
  if (!first) return null;
  const more = entries.length > 1 ? ` and ${entries.length - 1} more` : "";
  const kind = first.kind ?? first.type ?? "no kind";
  return `entry ${first.index} (${kind})${more} speaks about this and is of a kind that this version does not know: a newer version may read it`;
}
