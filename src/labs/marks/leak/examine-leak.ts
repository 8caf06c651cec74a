/** `marks/leak`: from what was read of a suspect's weights to one finding that names the recipients. */

import type { Digest } from "../../../base/digest.js";
import type { Progress } from "../../../base/progress.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Recipients } from "../../../evidence/recipients.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { decideExact, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { TokenDraws } from "../../../kernels/token-draws.js";
import { roundLog10P } from "../../../stats/combine.js";
import { MARKS_PROPOSITIONS } from "../propositions.js";
import { LEAK } from "../record/method.js";
import type { LeakObservations } from "../record/observations.js";
import { round } from "../record/round.js";
import { LEAK_ALTERNATIVES, LEAK_ASSUMPTION, LEAK_LIMITS } from "../record/words.js";
import { traceLeak } from "./leak.js";
import type { Traces } from "./weight-mark.js";

/** Recipients listed in a finding, strongest first. */
const LISTED_MAX = 1000;

interface LeakRequest {
  suspect: Artefact;
  original: Artefact;
  evidence: readonly Digest[];
  code: Recipients;
  /** What tensors aligned with the original showed; null with a reason where none could be read. */
  traces: Traces | null;
  refusal: string | null;
  /** Whether the tensors were brought back to the original's places: decided by values alone, the key apart. */
  aligned: boolean;
  /** Fresh code words drawn beside the exact bound; null for as many as counting needs to reach 10⁻⁶ by itself. */
  freshWords: number | null;
  seed: string;
  onProgress?: (progress: Progress) => void;
  /** Studies at hand. */
  validations: readonly Validation[];
  software: Finding["software"];
}

/**
 * `refused` where the suspect's matrices cannot be read beside the original's; exact tails and counted fresh words must
 * agree in what they name.
 */
export function examineLeak(request: LeakRequest): Finding {
  const { code, traces, freshWords, seed } = request;
  const validation = studyOfMethod(request.validations, LEAK);
  const frame = {
    list: MARKS_PROPOSITIONS,
    proposition: MARKS_PROPOSITIONS.entries["marks/leak"],
    method: LEAK,
    validation,
    subject: {
      kind: "recipients" as const,
      suspect: request.suspect,
      original: request.original,
      recipients: code.recipients.length,
    },
    alternatives: LEAK_ALTERNATIVES,
    limits: LEAK_LIMITS,
    evidence: request.evidence,
    software: request.software,
  };
  if (traces === null || code.recipients.length === 0) {
    const reason = request.refusal ?? "the list names no recipient";
    const decision = refuse(`The suspect was not examined: ${reason}.`);
    return frameFinding({ ...frame, decision, tests: [], observations: null });
  }
  const onProgress = (done: number, total: number) => request.onProgress?.({ stage: "fresh code words", done, total });
  const result = traceLeak(code, traces, new TokenDraws(), { words: freshWords, seed, onProgress });
  const best = result.recipients[0]!;
  const paid = Math.log10(code.recipients.length);
  const log10P = roundLog10P(Math.min(0, best.log10P + paid));
  const { reaching, drawn } = result.fresh;
  // Counting alone: P(any of the innocent recipients reaches as much), no bound needed.
  const counted = Math.min(0, Math.log10((reaching + 1) / (drawn + 1)) + paid);
  const base = { assumption: LEAK_ASSUMPTION, n: result.bitsRead };
  const tests: Test[] = [
    {
      ...base,
      id: "marks/fresh-words",
      statistic: { name: "freshly drawn code words that reach the best recipient", value: reaching },
      log10P: roundLog10P(counted),
      exact: true,
      seed,
      share: 0,
      where: `of ${drawn}: (b + 1)/(m + 1), paid for ${code.recipients.length} recipients`,
    },
    {
      ...base,
      id: "combined",
      statistic: {
        name: "best recipient's score in standard deviations of an innocent's",
        value: round(best.deviations),
      },
      log10P,
      exact: true,
      seed: "",
      share: 1,
      where: `exact bound, paid for ${code.recipients.length} recipients`,
    },
  ];
  const decision = decideExact({
    proposition: MARKS_PROPOSITIONS.entries["marks/leak"],
    // Both must speak: the bound, and the count as far as it reaches.
    log10P: reaching > 0 ? Math.max(log10P, roundLog10P(counted)) : log10P,
    outside: null,
    validation: validation?.summary ?? null,
  });
  return frameFinding({
    ...frame,
    decision,
    tests,
    observations: {
      bits: code.bits,
      bitsRead: result.bitsRead,
      tensors: traces.tensors,
      aligned: request.aligned,
      strength: code.strength,
      fresh: result.fresh,
      named: result.named,
      results: result.recipients
        .slice(0, LISTED_MAX)
        .map((r) => ({ name: r.name, deviations: round(r.deviations), log10P: roundLog10P(r.log10P) })),
    } satisfies LeakObservations,
  });
}
