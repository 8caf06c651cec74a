/** How a plan's draw is asked for on the command line: a round an hour ahead and a fresh secret, or a seed for a rehearsal. */
import { randomBytes } from "node:crypto";
import { hex } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { momentOf, timeOfRound } from "../../evidence/beacon-draw.js";
import { QUICKNET, roundAt } from "../../evidence/drand.js";
import { unixSeconds } from "../../host/moment.js";
import { optionValue } from "../asked.js";

/** From the plan to its draw, where nothing else is said: time to have the commitment cosigned. */
const WAIT_SECONDS = 3600;

/** A round as it is typed. */
export const roundNumber = optionValue.whole(1, 1e12);

/** @throws AssayError USAGE for a seed that is none, or with a round beside it */
export function drawAsked({ round, seed }: { round?: number; seed?: string }): {
  secret: string;
  round: number | null;
} {
  if (seed !== undefined && round !== undefined)
    throw new AssayError("USAGE", "--seed: expected no --round beside it: a rehearsal draws by its seed alone");
  if (seed !== undefined && !/^[0-9a-f]{64}$/.test(seed))
    throw new AssayError("USAGE", "--seed: expected 64 hexadecimal digits");
  const drawing = seed === undefined ? (round ?? roundAt(QUICKNET, unixSeconds() + WAIT_SECONDS)) : null;
  return { secret: seed ?? hex(randomBytes(32)), round: drawing };
}

/** What to do until the round is out. @param command puts the round's signature into the plan */
export function drawNote(round: number | null, command: string): string {
  return round === null
    ? "A rehearsal: its seed draws, and no finding of it is more than uncalibrated.\n"
    : `Round ${round} draws, ${momentOf(timeOfRound(round))}: have the line above in a witnessed log a minute before that, then \`${command}\`.\n`;
}
