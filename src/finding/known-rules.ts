/**
 * Every version of the outcome rules and of the scale. A new version is one more line; none is ever taken away, because
 * findings that were made by it exist. The questions come from the laboratories (app/known-rules.ts).
 */
import { readBack2 } from "./coherence.js";
import { OUTCOME_RULES } from "./outcome-rules.js";
import type { Known, KnownOutcome } from "./rules.js";
import { SCALE, type Scale } from "./scale.js";
import { nameOf } from "./versioned.js";

export const KNOWN_OUTCOMES: readonly KnownOutcome[] = [
  { name: nameOf(OUTCOME_RULES.version, OUTCOME_RULES), table: OUTCOME_RULES, readBack: readBack2 },
];

export const KNOWN_SCALES: readonly Known<Scale>[] = [{ name: nameOf(SCALE.id, SCALE), table: SCALE }];
