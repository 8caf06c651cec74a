/**
 * A witness's judgement (C2SP tlog-witness, the text of 22 July 2026): whether a checkpoint grows out of the last one it
 * cosigned (`witness-subtree.ts`: whether a subtree lies in a checkpoint it cosigned). Pure: state goes in, a verdict comes out; who holds
 * the state must make "compare and store" one step and durable before answering.
 * It cannot see another log that signs under the same origin and key and never asks this witness.
 */
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.js";
import { verifierOf } from "./cosignature.js";
import { EMPTY_ROOT, HASH_BYTES } from "./merkle-hash.js";
import { PROOF_HASHES_MAX, verifyConsistency } from "./merkle-proof.js";
import type { NoteKey } from "./note-keys.js";
import { NOTE_BYTES_MAX, type Note, parseNote, verifiedBy } from "./signed-note.js";

interface AddCheckpoint {
  oldSize: number;
  proof: Uint8Array[];
  checkpoint: Uint8Array;
}

/** What the witness last cosigned for one origin. */
export interface Witnessed {
  size: number;
  root: Uint8Array;
}

type Judgement =
  /** `note`: the checkpoint with the signatures of trusted keys alone. */
  | { status: 200; checkpoint: Checkpoint; note: Note }
  | { status: 409; size: number }
  | { status: 400 | 403 | 404 | 422; reason: string };

/** Body of an add-checkpoint request (C2SP tlog-witness). */
export function encodeAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): Uint8Array {
  const head = utf8([`old ${oldSize}`, ...proof.map(base64), ""].map((line) => `${line}\n`).join(""));
  const out = new Uint8Array(head.length + checkpoint.length);
  out.set(head);
  out.set(checkpoint, head.length);
  return out;
}

/** Takes the request apart; whether the proof holds is judged later. @throws LIMIT or FORMAT */
export function parseAddCheckpoint(bytes: Uint8Array): AddCheckpoint {
  const what = "add-checkpoint";
  const { lines, checkpoint } = parseRequest(bytes, what);
  const [old, ...rest] = lines;
  const [, size] = /^old (0|[1-9][0-9]{0,15})$/.exec(old ?? "") ?? [];
  if (size === undefined || !Number.isSafeInteger(Number(size)))
    throw new AssayError("FORMAT", `${what}: expected "old <size>", proof lines and an empty line`);
  return { oldSize: Number(size), proof: proofLines(rest, what), checkpoint };
}

/** The lines before the first empty one, and the checkpoint after it. */
export function parseRequest(bytes: Uint8Array, what: string): { lines: string[]; checkpoint: Uint8Array } {
  if (bytes.length > NOTE_BYTES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${NOTE_BYTES_MAX} bytes`);
  const text = fromUtf8(bytes, what);
  const end = text.indexOf("\n\n");
  if (end < 0) throw new AssayError("FORMAT", `${what}: expected lines, an empty line and a checkpoint`);
  return { lines: text.slice(0, end).split("\n"), checkpoint: utf8(text.slice(end + 2)) };
}

/** One hash a line. @throws LIMIT beyond the depth of any tree, FORMAT for a line that is no hash */
export function proofLines(lines: readonly string[], what: string): Uint8Array[] {
  if (lines.length > PROOF_HASHES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PROOF_HASHES_MAX} hashes`);
  return lines.map((line) => hashLine(line, what));
}

/** Base64 of 32 bytes. @throws FORMAT */
export function hashLine(line: string, what: string): Uint8Array {
  const hash = fromBase64(line, what);
  if (hash.length !== HASH_BYTES) throw new AssayError("FORMAT", `${what}: expected hashes of 32 bytes`);
  return hash;
}

/** @param logs keys trusted for each origin @param last of the request's origin, null when there is none */
export function judge(
  request: AddCheckpoint,
  logs: readonly NoteKey[],
  last: (origin: string) => Witnessed | null,
): Judgement {
  let note: Note;
  let checkpoint: Checkpoint;
  try {
    note = parseNote(request.checkpoint);
    checkpoint = parseCheckpoint(note.text);
  } catch (error) {
    if (error instanceof AssayError) return { status: 400, reason: error.message };
    throw error;
  }
  const keys = logs.filter(({ name }) => name === checkpoint.origin);
  if (keys.length === 0) return { status: 404, reason: "unknown origin" };
  const trusted = signedBy(note, keys);
  if (!trusted)
    return { status: 403, reason: "no signature by a trusted key of this origin, or one that does not hold" };
  const { oldSize } = request;
  if (oldSize > checkpoint.size) return { status: 400, reason: "the old size is above the checkpoint's" };
  const seen = last(checkpoint.origin);
  if (oldSize !== (seen?.size ?? 0)) return { status: 409, size: seen?.size ?? 0 };
  const fault = faultOfGrowth(request, checkpoint, seen);
  return fault === null ? { status: 200, checkpoint, note: trusted } : { status: 422, reason: fault };
}

/** Null where the tree grows out of the one seen, which has the old size. */
function faultOfGrowth({ oldSize, proof }: AddCheckpoint, { size, root }: Checkpoint, seen: Witnessed | null) {
  if (size === 0 && !equalBytes(root, EMPTY_ROOT)) return "the root of an empty tree is the hash of nothing";
  if (oldSize === 0 || oldSize === size) {
    if (proof.length > 0) return "a proof from size 0, or between equal sizes, is empty";
    return seen && oldSize === size && !equalBytes(seen.root, root) ? "a second tree of the same size" : null;
  }
  const holds = verifyConsistency({ oldSize, size, oldRoot: seen!.root, root, proof });
  return holds ? null : "the consistency proof does not hold";
}

/** The note with the signatures of these keys alone; null when there is none, or one that does not hold. */
export function signedBy(note: Note, keys: readonly NoteKey[]): Note | null {
  try {
    const held = verifiedBy(note, keys.map(verifierOf));
    if (held.length === 0) return null;
    const signatures = note.signatures.filter((s) => held.some((v) => v.name === s.name && v.keyId === s.keyId));
    return { text: note.text, signatures };
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}
