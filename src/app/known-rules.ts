/** Every version of every table that a finding may have been made by. */
import { KNOWN_OUTCOMES, KNOWN_SCALES } from "../finding/known-rules.js";
import { PROPOSITIONS, PROPOSITIONS_VERSION, type PropositionTable } from "../finding/propositions.js";
import type { KnownRules } from "../finding/rules.js";
import { nameOf } from "../finding/versioned.js";

const QUESTIONS: PropositionTable = { version: PROPOSITIONS_VERSION, entries: PROPOSITIONS };

export const KNOWN_RULES: KnownRules = {
  propositions: [{ name: nameOf(QUESTIONS.version, QUESTIONS), table: QUESTIONS }],
  outcomes: KNOWN_OUTCOMES,
  scales: KNOWN_SCALES,
};
