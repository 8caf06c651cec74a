/**
 * Time that is not the operator's. An entry's `received` is the operator's word; the head under which it first stood was
 * cosigned by witnesses, each with its own clock. An entry cannot have come in after that, nor well before a head that it
 * is not in: both are held to ten minutes. It cannot see an earlier cosigned head that the operator keeps back, nor
 * witnesses whose clocks are all wrong together.
 */
import type { Cosigned } from "../../tlog/trusted-checkpoint.js";

/** Clocks of honest machines differ by seconds; a witness that is down is asked again within minutes. */
const CLOCK_SECONDS_MAX = 600;

export interface EntryTime {
  /** On the operator's clock, RFC 3339. */
  received: string;
  /** When the head under which it first stood was first cosigned, on a witness's clock; null where no witness is known. */
  cosigned: string | null;
  witness: string | null;
  /** The operator's clock ran more than ten minutes ahead of it: when the entry came in is not known. */
  uncertain: boolean;
}

/** @param received Unix seconds @param cosigned of the first head known to hold the entry, the earliest first */
export function entryTime(received: number, cosigned: readonly Cosigned[]): EntryTime {
  const [first] = cosigned;
  return {
    received: text(received),
    cosigned: first ? text(first.time) : null,
    witness: first?.witness ?? null,
    uncertain: first !== undefined && received > first.time + CLOCK_SECONDS_MAX,
  };
}

/**
 * Why an entry received then cannot have come in after a head that was cosigned before it; null when it can.
 * @param cosigned of the newest head that does not hold the entry
 */
export function faultOfReceived(received: number, cosigned: readonly Cosigned[]): string | null {
  const newest = cosigned.at(-1);
  if (!newest || received >= newest.time - CLOCK_SECONDS_MAX) return null;
  return `received ${text(received)} by the operator's clock, but ${newest.witness} had cosigned the tree before it at ${text(newest.time)}`;
}

function text(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
