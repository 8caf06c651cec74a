/**
 * A draw that nobody chose: a secret, committed to in a log before a named round of a public beacon is out, and that round's
 * signature. Only then can what follows from the draw not have been picked, nor arranged around it, by whoever made the
 * plan. A date before the suspect was made is not asked for and would not do: whoever knows the draw puts, where it will
 * fall, what any model does anyhow, before the suspect is made (validation/membership-adversaries.json, chosen-draws.json).
 * It cannot see who learned the secret after the round was out.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { hex, utf8 } from "../base/bytes.js";
import type { Digest } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";
import { digestSchema } from "./artefact.js";
import { QUICKNET, verifyRound } from "./drand.js";

/** What a plan holds of its draw. */
export const drawFields = {
  /** Drawn at random by the plan's maker; secret until the plan is opened. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of drand's quicknet; null in a rehearsal, where the secret alone draws. */
  round: z.number().int().min(1).max(1e12).nullable(),
  /** Of the round, once it is out. */
  signature: z
    .string()
    .regex(/^[0-9a-f]{96}$/)
    .nullable(),
};
export interface Draw {
  secret: string;
  round: number | null;
  signature: string | null;
}

/** A proof of the commitment's place in a log, checked by whoever hands it in. */
export interface Dated {
  /** Unix seconds by which the policy's quorum of witnesses had cosigned a tree with it. */
  time: number;
  by: string;
  /** Its place in the log, from 0. */
  index: number;
  /** How many logs the policy believes: in each of them other plans may stand. */
  logs: number;
  evidence: Digest;
}
const count = z.number().int().nonnegative();
export const datedSchema = z.strictObject({
  time: count,
  by: z.string(),
  index: count,
  logs: count,
  evidence: digestSchema,
});

/** Between the cosignature and the round: clocks of witnesses may be wrong by that much. */
const CLOCKS_SECONDS = 60;

/** Unix seconds at which the round is out. */
export function timeOfRound(round: number): number {
  return QUICKNET.genesis + QUICKNET.period * (round - 1);
}

/** UTC to the second. */
export function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Why what was drawn may have been its maker's choice; null where it was nobody's. */
export function chosenByItsMaker(round: number | null, dated: Dated | null): string | null {
  if (round === null)
    return "what was drawn follows from a seed that the claimant chose, who may have tried seeds until one fitted, or arranged what it draws among";
  const out = `round ${round} of the beacon (${momentOf(timeOfRound(round))})`;
  if (dated === null)
    return `no proof from a log dates the commitment before ${out}: the claimant may have fixed it knowing what it draws`;
  if (dated.time + CLOCKS_SECONDS > timeOfRound(round))
    return `the commitment is dated ${momentOf(dated.time)} by ${dated.by}, and not a minute before ${out}: the claimant may have known what it draws`;
  return null;
}

/** @throws AssayError SIGNATURE where it is not that of the round */
export function checkSignature({ round, signature }: Draw, where: string): void {
  if (signature !== null && (round === null || !verifyRound(QUICKNET, round, signature)))
    throw new AssayError("SIGNATURE", `${where}: expected the signature of round ${round} of drand's quicknet`);
}

/**
 * From which all is drawn: 64 hexadecimal digits.
 * @param domain tells kinds of plan apart
 * @param command how the signature is put into the plan
 * @throws AssayError USAGE where the round has not drawn yet
 */
export function seedOfDraw(
  domain: string,
  { secret, round, signature }: Draw,
  plan: { name: string; command: string },
): string {
  if (round === null) return secret;
  if (signature === null)
    throw new AssayError(
      "USAGE",
      `plan ${quoted(plan.name)}: expected the signature of round ${round} first (${plan.command})`,
    );
  return hex(sha256(utf8(`${domain}\0${secret}\0${signature}`)));
}

/** The bytes that go into a log: the commitment as a line. */
export function commitmentEntry({ commitment }: { commitment: Digest }): Uint8Array {
  return utf8(`${commitment}\n`);
}

/** What a finding says of the draw that it rests on. */
export const drawSeenSchema = z.strictObject({
  /** Of the beacon, as the commitment names it; null where the plan's maker chose the seed. */
  round: count.nullable(),
  /** The proof that dates the commitment; null where none was given. */
  dated: datedSchema.nullable(),
  tries: count,
  /** Before and after what is paid for tries and for the commitment's place in the log. */
  log10P: z.strictObject({ alone: z.number(), paid: z.number() }),
});
export type DrawSeen = z.infer<typeof drawSeenSchema>;
