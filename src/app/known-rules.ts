/** Every version of every table that a finding may have been made by: questions of the laboratories, outcome rules, scales. */
import { KNOWN_OUTCOMES, KNOWN_SCALES } from "../finding/known-rules.js";
import type { KnownRules } from "../finding/rules.js";
import { nameOf } from "../finding/versioned.js";
import { LABORATORIES } from "./known.js";

export const KNOWN_RULES: KnownRules = {
  propositions: LABORATORIES.flatMap(({ propositions, earlier = [] }) =>
    [propositions, ...earlier].map((table) => ({ name: nameOf(table.version, table), table })),
  ),
  outcomes: KNOWN_OUTCOMES,
  scales: KNOWN_SCALES,
};
