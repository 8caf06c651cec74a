/**
 * The first steps of every admission, the same in each room: the bundle opens, its key is registered, the signature
 * holds, the key may enter this kind, the statement is new. A refusal is one reason of the room's closed list, in a
 * sentence. It does not judge what the statement says.
 */
import { AssayError } from "../../base/error.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import type { SignedStatement } from "../../evidence/signed-statement.js";

/** Reasons that every room has. */
type CommonReason = "malformed" | "unknown-key" | "signature" | "role" | "replay";

export interface Refused<R extends string> {
  admitted: false;
  reason: R;
  says: string;
}

/** @param reasons the room's closed list, each with its words */
export function refusing<R extends string>(reasons: Readonly<Record<R, string>>) {
  return (reason: R, detail: string): Refused<R> => ({
    admitted: false,
    reason,
    says: `${reasons[reason]}: ${detail}`,
  });
}

interface Gate<S, H> {
  open: () => S;
  holder: (keyId: string) => H | undefined;
  /** Null when the key may enter it; else why not. */
  role: (signed: S, holder: H) => string | null;
  known: (statement: string) => boolean;
}

/** @returns what was signed and by whom, or the first reason against it */
export function admitSigned<
  S extends Omit<SignedStatement, "payload">,
  H extends { key: EcdsaPublicKey },
  R extends string,
>(
  gate: Gate<S, H>,
  refused: (reason: R | CommonReason, detail: string) => Refused<R | CommonReason>,
): { admitted: true; signed: S; holder: H } | Refused<R | CommonReason> {
  let signed: S;
  try {
    signed = gate.open();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return refused("malformed", error.message);
  }
  const holder = gate.holder(signed.keyId);
  if (!holder) return refused("unknown-key", signed.keyId);
  if (!signed.verify(holder.key)) return refused("signature", `key ${signed.keyId}`);
  const fault = gate.role(signed, holder);
  if (fault !== null) return refused("role", fault);
  if (gate.known(signed.statement)) return refused("replay", signed.statement);
  return { admitted: true, signed, holder };
}
