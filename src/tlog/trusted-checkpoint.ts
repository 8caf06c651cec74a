/**
 * Whether a checkpoint is to be believed under a policy: signed by one of its logs under that log's own name, and
 * cosigned by its quorum. Fails closed: anything else is an error that says which part is missing.
 */
import { AssayError, quoted } from "../base/error.js";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.js";
import { verifierOf } from "./cosignature.js";
import type { Policy } from "./policy.js";
import { type Note, parseNote, verifiedBy } from "./signed-note.js";

export interface TrustedCheckpoint extends Checkpoint {
  note: Note;
  /** Names of the witnesses, as in the policy, whose cosignatures hold. */
  cosigners: string[];
}

export function trustCheckpoint(bytes: Uint8Array, policy: Policy, what = "checkpoint"): TrustedCheckpoint {
  const note = parseNote(bytes, what);
  const checkpoint = parseCheckpoint(note.text, what);
  const logs = policy.logs.filter(({ key }) => key.name === checkpoint.origin).map(({ key }) => verifierOf(key));
  if (logs.length === 0)
    throw new AssayError("SIGNATURE", `${what}: expected a log of the policy, got origin ${quoted(checkpoint.origin)}`);
  if (verifiedBy(note, logs).length === 0)
    throw new AssayError("SIGNATURE", `${what}: expected a signature by the log ${quoted(checkpoint.origin)}`);
  const witnesses = policy.witnesses.map(({ name, key }) => ({ ...verifierOf(key), witness: name }));
  const cosigners = [...new Set(verifiedBy(note, witnesses).map(({ witness }) => witness))];
  if (!policy.quorum(new Set(cosigners)))
    throw new AssayError(
      "SIGNATURE",
      `${what}: expected cosignatures of quorum ${quoted(policy.quorumName)}, got ${cosigners.length ? cosigners.join(", ") : "none"}`,
    );
  return { ...checkpoint, note, cosigners };
}
