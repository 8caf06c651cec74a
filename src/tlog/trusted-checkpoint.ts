/**
 * Whether a checkpoint is to be believed under a policy: signed by one of its logs under that log's own name, and
 * cosigned by its quorum. Fails closed: anything else is an error that says which part is missing.
 */
import { AssayError, quoted } from "../base/error.js";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.js";
import { timeOf, verifierOf } from "./cosignature.js";
import type { Policy } from "./policy.js";
import { type Note, parseNote, verifiedBy } from "./signed-note.js";

/** When a witness of the policy says it had seen no larger tree than this. */
export interface Cosigned {
  witness: string;
  /** Unix seconds on the witness's clock. */
  time: number;
}

export interface TrustedCheckpoint extends Checkpoint {
  note: Note;
  /** Names of the witnesses, as in the policy, whose cosignatures hold. */
  cosigners: string[];
  /** Every cosignature that holds, the earliest first. */
  cosigned: Cosigned[];
}

/**
 * @throws FORMAT or SIGNATURE: unreadable, of a log that the policy does not name, unsigned by it, or short of its
 * quorum
 */
export function trustCheckpoint(bytes: Uint8Array, policy: Policy, what = "checkpoint"): TrustedCheckpoint {
  const note = parseNote(bytes, what);
  const checkpoint = parseCheckpoint(note.text, what);
  const logs = policy.logs.filter(({ key }) => key.name === checkpoint.origin).map(({ key }) => verifierOf(key));
  if (logs.length === 0)
    throw new AssayError("SIGNATURE", `${what}: expected a log of the policy, got origin ${quoted(checkpoint.origin)}`);
  if (verifiedBy(note, logs).length === 0)
    throw new AssayError("SIGNATURE", `${what}: expected a signature by the log ${quoted(checkpoint.origin)}`);
  const witnesses = policy.witnesses.map(({ name, key }) => ({ ...verifierOf(key), witness: name }));
  const held = verifiedBy(note, witnesses);
  const cosigners = [...new Set(held.map(({ witness }) => witness))];
  if (!policy.quorum(new Set(cosigners)))
    throw new AssayError(
      "SIGNATURE",
      `${what}: expected cosignatures of quorum ${quoted(policy.quorumName)}, got ${cosigners.length ? cosigners.join(", ") : "none"}`,
    );
  return { ...checkpoint, note, cosigners, cosigned: timesOf(note, held) };
}

/** A signature line of a verifier that was found to hold. */
function timesOf(note: Note, held: readonly { name: string; keyId: number; witness: string }[]): Cosigned[] {
  return note.signatures
    .flatMap(({ name, keyId, signature }) => {
      const time = timeOf(signature);
      // A time of zero says nothing about the largest tree seen (tlog-cosignature, ML-DSA-44).
      return time === null || time === 0
        ? []
        : held.filter((v) => v.name === name && v.keyId === keyId).map(({ witness }) => ({ witness, time }));
    })
    .sort((a, b) => a.time - b.time);
}

/** Times of a published head under a policy; none where it does not hold there, such as before the first witness. */
export function cosignedOf(checkpoint: Uint8Array, witnesses: Policy): readonly Cosigned[] {
  try {
    return trustCheckpoint(checkpoint, witnesses).cosigned;
  } catch (error) {
    if (error instanceof AssayError) return [];
    throw error;
  }
}
