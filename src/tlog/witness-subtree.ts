/**
 * A witness's judgement of sign-subtree (C2SP tlog-witness, the text of 22 July 2026): whether entries [start, end) lie in
 * a checkpoint that this witness cosigned. Nothing is remembered for it: the checkpoint carries the witness's own word.
 * Pure; what is cosigned says nothing about the time.
 */
import { base64, concatBytes, utf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.js";
import type { Subtree } from "./cosignature.js";
import { isSubtree, verifySubtreeConsistency } from "./merkle-proof.js";
import type { NoteKey } from "./note-keys.js";
import { type Note, parseNote } from "./signed-note.js";
import { hashLine, parseRequest, proofLines, signedBy } from "./witness.js";

export interface SignSubtree {
  start: number;
  end: number;
  hash: Uint8Array;
  proof: Uint8Array[];
  checkpoint: Uint8Array;
}

type SubtreeJudgement = { status: 200; subtree: Subtree } | { status: 400 | 403 | 404 | 422; reason: string };

/** Body of a sign-subtree request; `checkpoint` is the signed note with the witness's own cosignature. */
export function encodeSignSubtree({ start, end, hash, proof, checkpoint }: SignSubtree): Uint8Array {
  const lines = [`subtree ${start} ${end}`, base64(hash), ...proof.map(base64), ""];
  return concatBytes([utf8(lines.map((line) => `${line}\n`).join("")), checkpoint]);
}

/** @throws FORMAT, LIMIT for what the text answers with 400 */
export function parseSignSubtree(bytes: Uint8Array): SignSubtree {
  const what = "sign-subtree";
  const { lines, checkpoint } = parseRequest(bytes, what);
  const [range, hash, ...rest] = lines;
  const [, start, end] = /^subtree (0|[1-9][0-9]{0,15}) ([1-9][0-9]{0,15})$/.exec(range ?? "") ?? [];
  if (start === undefined || hash === undefined)
    throw new AssayError("FORMAT", `${what}: expected "subtree <start> <end>", a hash, proof lines and an empty line`);
  if (!isSubtree(Number(start), Number(end)))
    throw new AssayError(
      "FORMAT",
      `${what}: expected a start that is a multiple of the size, rounded up to a power of two`,
    );
  return {
    start: Number(start),
    end: Number(end),
    hash: hashLine(hash, what),
    proof: proofLines(rest, what),
    checkpoint,
  };
}

/** @param origins of the logs this witness cosigns @param own its key */
export function judgeSubtree(request: SignSubtree, origins: ReadonlySet<string>, own: NoteKey): SubtreeJudgement {
  const { start, end, hash, proof } = request;
  let note: Note;
  let checkpoint: Checkpoint;
  try {
    note = parseNote(request.checkpoint);
    checkpoint = parseCheckpoint(note.text);
  } catch (error) {
    if (error instanceof AssayError) return { status: 400, reason: error.message };
    throw error;
  }
  const { origin, size, root } = checkpoint;
  if (end > size) return { status: 400, reason: "the subtree ends behind the checkpoint" };
  if (!origins.has(origin)) return { status: 404, reason: "unknown origin" };
  if (!signedBy(note, [own])) return { status: 403, reason: "no cosignature of this witness that holds" };
  const holds = verifySubtreeConsistency({ start, end, size, subtreeRoot: hash, root, proof });
  if (!holds) return { status: 422, reason: "the consistency proof does not hold" };
  return { status: 200, subtree: { origin, start, end, hash } };
}
