/**
 * An outcome in plain words: a headline, what it means, and what must not be read into it. Wording follows ENFSI 2015
 * (the observations given a proposition, never a proposition given the observations) and PCAST 2016 (no claim beyond
 * the measured error rate).
 */
import type { Finding, Outcome } from "../finding/finding.js";
import type { Proposition } from "../finding/propositions.js";
import { whole } from "./figure-words.js";

interface OutcomeWords {
  /** A word or two for the tag. */
  tag: string;
  headline: string;
  meaning: string;
}

/** @param words of the proposition in the version that the finding names */
export function outcomeWords(
  { outcome, errorRate, proposition: { hp, hd } }: Finding,
  { topic }: Proposition,
): OutcomeWords {
  const words: Record<Outcome, OutcomeWords> = {
    "supports-hp": {
      tag: "Supports the first proposition",
      headline: `The observations support ${topic.hp}`,
      meaning: "What was seen is expected under the first proposition and hard to explain under the second.",
    },
    "supports-hd": {
      tag: "Supports the second proposition",
      headline: `The observations support ${topic.hd}`,
      meaning: "What was seen is expected under the second proposition and hard to explain under the first.",
    },
    inconclusive: {
      tag: "Inconclusive",
      headline: `Inconclusive as to ${topic.hp}`,
      meaning:
        `The test ran and did not reach the level set in advance. This does not show that ${hd}: that ${hp} may ` +
        "still be so, in a form or amount that this method cannot see. It speaks for neither proposition.",
    },
    uncalibrated: {
      tag: "Uncalibrated",
      headline: `Uncalibrated: no strength can be stated as to ${topic.hp}`,
      meaning: `${studied(errorRate)} The figures are printed so that others can check them; they support neither proposition.`,
    },
    refused: {
      tag: "Refused",
      headline: `Refused: no opinion as to ${topic.hp}`,
      meaning:
        "The material could not be examined by this method, or breaks an assumption that the test needs. A refusal " +
        "says nothing about the parties and supports neither proposition.",
    },
  };
  return words[outcome];
}

/** Never called "not measured" where a study was made. */
function studied(errorRate: Finding["errorRate"]): string {
  if (errorRate === null) return "The test ran, but how often it errs on material of this kind has not been measured.";
  const { falsePositives, families } = errorRate;
  return falsePositives > 0
    ? `The test ran. A validation study was made, and in it the method accused ${whole(falsePositives)} of ${whole(families)} unrelated families, so that no strength can be stated.`
    : "The test ran. A validation study was made, and it does not carry a strength for this case.";
}
