/**
 * Trust policies (C2SP tlog-policy): which logs, which witnesses, and which quorum of them makes a checkpoint worth
 * believing. The file is one of octets: names are compared byte for byte, whether or not they are UTF-8; limits are
 * above what the specification asks for.
 */
import { AssayError, quoted } from "../base/error.js";
import { type NoteKey, parseVerifierKey, sameKey } from "./note-keys.js";

/** The specification asks for at least 32 of each. */
const ITEMS_MAX = 256;
const POLICY_BYTES_MAX = 1024 * 1024;

export interface Policy {
  logs: { key: NoteKey; url: string | null }[];
  witnesses: { name: string; key: NoteKey; url: string | null }[];
  /** Whether the cosigners named suffice. */
  quorum: (cosigned: ReadonlySet<string>) => boolean;
  /** Name in the quorum line. */
  quorumName: string;
}

/** A policy that takes the log's keys at their word: what a log prints of itself, for a reader to add witnesses to. */
export function plainPolicy(verifierKeys: readonly string[]): string {
  return `${verifierKeys.map((key) => `log ${key}\n`).join("")}quorum none\n`;
}

interface Group {
  members: string[];
  least: number;
}

/** @throws LIMIT or FORMAT with the number of the line; a policy without a quorum line is refused, as C2SP asks */
export function parsePolicy(bytes: Uint8Array, what = "policy"): Policy {
  if (bytes.length > POLICY_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${POLICY_BYTES_MAX} bytes`);
  const text = octetText(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    throw new AssayError("FORMAT", `${what}: expected no control character but tab and newline`);
  const logs: Policy["logs"] = [];
  const witnesses: Policy["witnesses"] = [];
  const groups = new Map<string, Group>();
  const used = new Set<string>();
  let quorumName: string | null = null;
  const known = (name: string) => groups.has(name) || witnesses.some((w) => w.name === name);
  const lines = text.split("\n");
  for (const [i, line] of lines.entries()) {
    const at = `${what}, line ${i + 1}`;
    const fault = (expected: string) => new AssayError("FORMAT", `${at}: expected ${expected}, got ${quoted(line)}`);
    const [word, ...rest] = line.split(/[ \t]+/).filter((item) => item !== "");
    if (word === undefined || word.startsWith("#")) continue;
    if (logs.length + witnesses.length + groups.size >= 3 * ITEMS_MAX)
      throw new AssayError("LIMIT", `${at}: expected at most ${3 * ITEMS_MAX} items`);
    if (word === "log") {
      if (rest.length < 1 || rest.length > 2) throw fault("log <vkey> [<url>]");
      const key = keyOf(rest[0]!, at);
      if (key.type === "ed25519-cosigner") throw fault("a key of a log, not of a witness");
      if (logs.some((log) => sameKey(log.key, key))) throw fault("each log key once");
      logs.push({ key, url: rest[1] ?? null });
    } else if (word === "witness") {
      if (rest.length < 2 || rest.length > 3) throw fault("witness <name> <vkey> [<url>]");
      const [name, vkey, url] = rest;
      const key = keyOf(vkey!, at);
      if (key.type === "ed25519") throw fault("a cosigner's key (type 4 or 6)");
      if (name === "none" || known(name!)) throw fault("a name of its own");
      if (witnesses.some((w) => sameKey(w.key, key))) throw fault("each witness key once");
      witnesses.push({ name: name!, key, url: url ?? null });
    } else if (word === "group") {
      const [name, count, ...members] = rest;
      if (name === undefined || count === undefined || members.length === 0)
        throw fault("group <name> <k|any|all> <name>…");
      if (name === "none" || known(name)) throw fault("a name of its own");
      for (const member of members) {
        if (!known(member)) throw fault("members defined on earlier lines");
        if (used.has(member)) throw fault("each name in one group, once");
        used.add(member);
      }
      const least =
        count === "any" ? 1 : count === "all" ? members.length : /^[1-9][0-9]{0,3}$/.test(count) ? Number(count) : 0;
      if (least < 1 || least > members.length) throw fault(`a count from 1 to ${members.length}, any or all`);
      groups.set(name, { members, least });
    } else if (word === "quorum") {
      if (rest.length !== 1 || quorumName !== null) throw fault("one quorum line with one name");
      if (rest[0] !== "none" && !known(rest[0]!)) throw fault("a name defined on an earlier line");
      quorumName = rest[0]!;
    } else throw fault("log, witness, group or quorum");
  }
  if (quorumName === null) throw new AssayError("FORMAT", `${what}: expected a quorum line`);
  const name = quorumName;
  const holds = (item: string, cosigned: ReadonlySet<string>): boolean => {
    const group = groups.get(item);
    if (!group) return cosigned.has(item);
    return group.members.filter((member) => holds(member, cosigned)).length >= group.least;
  };
  return { logs, witnesses, quorumName: name, quorum: (cosigned) => name === "none" || holds(name, cosigned) };
}

/** Names of keys stand in signed notes, which are UTF-8. */
function keyOf(text: string, at: string): NoteKey {
  if (/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, "")))
    throw new AssayError("FORMAT", `${at}: expected the name of a key in UTF-8`);
  return parseVerifierKey(text, at);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const REPLACED = "\ufffd";

/**
 * Octets as text, one text per octet string: UTF-8 where it is well-formed, every other octet as a lone surrogate
 * U+DC80…U+DCFF (PEP 383), which no UTF-8 gives.
 */
function octetText(bytes: Uint8Array): string {
  const whole = decoder.decode(bytes);
  if (!whole.includes(REPLACED)) return whole;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!;
    const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const sequence = bytes.subarray(at, at + length);
    const text = decoder.decode(sequence);
    const wellFormed = !text.includes(REPLACED) || (text === REPLACED && first === 0xef && length === 3);
    parts.push(wellFormed && sequence.length === length ? text : String.fromCharCode(0xdc00 + first));
    at += wellFormed ? length : 1;
  }
  return parts.join("");
}
