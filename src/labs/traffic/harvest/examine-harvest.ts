/**
 * From log to model: does a suspect know the answers that a campaign harvested better than answers to like prompts that
 * it did not send? The suspect's agreement with the provider's frozen model, less what control models show on the same
 * prompt, harvested against unharvested, labels permuted within families of prompts.
 * It cannot tell answers taken through this log from another copy of the same answers.
 */
import type { Digest } from "../../../base/digest.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { decideExact, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { TRAFFIC_PROPOSITIONS } from "../propositions.js";
import { agreementOf, runsOf } from "./agreement.js";
import { type Item, permute } from "./permutation.js";

const HARVEST_METHOD_ID = "traffic/harvest-agreement";
const HARVEST_METHOD_VERSION = "1";
const METHOD = { id: HARVEST_METHOD_ID, version: HARVEST_METHOD_VERSION };
/** Draws: the least p that can be reached is one in three million, below the house's α of 10⁻⁶. */
export const DRAWS = 3_000_000;
/** Fewer controls do not tell what any model would say. */
const CONTROLS_MIN = 20;
/** Prompts that must stand on either side, in families that hold both. */
const PROMPTS_MIN = 20;

export interface Answered {
  artefact: Artefact;
  texts: ReadonlyMap<string, string>;
}

interface HarvestRequest {
  suspect: Answered;
  controls: readonly Answered[];
  /** The provider's own frozen model's answers. */
  harvested: Answered;
  unharvested: Answered;
  /** Family of each prompt. */
  families: ReadonlyMap<string, string>;
  seed: string;
  draws: number;
  /** Studies at hand. */
  validations: readonly Validation[];
  software: Finding["software"];
}

const ASSUMPTION =
  "Within a family of prompts, which ones the campaign happened to send did not depend on how alike the suspect and the provider's model answer them beyond what the controls show; the unharvested prompts were drawn from the same families without regard to any answer.";

/** `refused` with fewer control models than CONTROLS_MIN, or where a prompt stands in both sets. */
export function examineHarvest(request: HarvestRequest): Finding {
  const { suspect, controls, harvested, unharvested } = request;
  const evidence = [suspect, harvested, unharvested, ...controls].map(({ artefact }) => artefact.root);
  if (controls.length < CONTROLS_MIN)
    return assemble(
      request,
      refuse(`There are ${controls.length} control models; the test asks for at least ${CONTROLS_MIN}.`),
      [],
      null,
      evidence,
    );
  const both = [...harvested.texts.keys()].find((id) => unharvested.texts.has(id));
  if (both !== undefined)
    return assemble(
      request,
      refuse("A prompt stands among the harvested and the unharvested ones."),
      [],
      null,
      evidence,
    );
  const sides = [
    { labelled: true, of: harvested },
    { labelled: false, of: unharvested },
  ];
  const rows = sides.flatMap(({ labelled, of }) =>
    [...of.texts].flatMap(([id, text]) => {
      const answer = suspect.texts.get(id);
      const others = controls.flatMap((control) => control.texts.get(id) ?? []);
      if (answer === undefined || others.length < CONTROLS_MIN) return [];
      const truth = runsOf(text);
      return [
        {
          id,
          labelled,
          stratum: request.families.get(id) ?? "",
          own: agreementOf(runsOf(answer), truth),
          others: others.map((o) => agreementOf(runsOf(o), truth)),
        },
      ];
    }),
  );
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const items: Item[] = rows.map(({ labelled, stratum, own, others }) => ({
    labelled,
    stratum,
    value: own - mean(others),
  }));
  const result = permute(items, request.draws, request.seed);
  if (Math.min(result.labelled, result.unlabelled) < PROMPTS_MIN)
    return assemble(
      request,
      refuse(
        `Families with both kinds of prompt, answered by all, hold ${result.labelled} harvested and ${result.unlabelled} unharvested ones; at least ${PROMPTS_MIN} of each are needed.`,
      ),
      [],
      null,
      evidence,
    );
  // Each control in the suspect's place: what the same statistic is where there is nothing to find.
  const usable = rows.filter((row) => row.others.length === controls.length);
  const standIns = controls.map((_, c) => {
    const inPlace = usable.map(({ labelled, stratum, others }) => ({
      labelled,
      stratum,
      value: others[c]! - (mean(others) * others.length - others[c]!) / (others.length - 1),
    }));
    return round(permute(inPlace, 0, request.seed).statistic);
  });
  const log10P = Math.ceil(result.log10P * 1e4) / 1e4 + 0;
  const decision = decideExact({
    proposition: TRAFFIC_PROPOSITIONS.entries["traffic/harvest"],
    log10P,
    outside: null,
    validation: studyOfMethod(request.validations, METHOD)?.summary ?? null,
  });
  const observations = {
    harvested: result.labelled,
    unharvested: result.unlabelled,
    families: new Set(items.map((i) => i.stratum)).size,
    suspect: {
      harvested: round(mean(rows.filter((r) => r.labelled).map((r) => r.own))),
      unharvested: round(mean(rows.filter((r) => !r.labelled).map((r) => r.own))),
    },
    controls: {
      models: controls.length,
      harvested: round(mean(rows.filter((r) => r.labelled).map((r) => mean(r.others)))),
      unharvested: round(mean(rows.filter((r) => !r.labelled).map((r) => mean(r.others)))),
      /** The statistic with each control in the suspect's place, ascending. */
      statistics: standIns.sort((a, b) => a - b),
    },
  };
  const test = {
    id: "traffic/harvest/permutation",
    statistic: { name: "harvested minus unharvested agreement, beyond the controls'", value: round(result.statistic) },
    log10P,
    exact: true,
    assumption: ASSUMPTION,
    n: result.labelled + result.unlabelled,
    seed: request.seed,
    share: 1,
    where: `${result.draws} draws within families; p = (b + 1) / (m + 1)`,
  };
  return assemble(request, decision, [test], observations, evidence);
}

function assemble(
  request: HarvestRequest,
  decision: ReturnType<typeof refuse>,
  tests: Finding["tests"],
  observations: unknown,
  evidence: Digest[],
): Finding {
  return frameFinding({
    list: TRAFFIC_PROPOSITIONS,
    proposition: TRAFFIC_PROPOSITIONS.entries["traffic/harvest"],
    method: METHOD,
    validation: studyOfMethod(request.validations, METHOD),
    subject: { kind: "pair", reference: request.harvested.artefact, suspect: request.suspect.artefact },
    decision,
    tests,
    observations,
    alternatives: [
      "The suspect was trained on another copy of the same answers: published, bought, or taken through other accounts.",
      "The harvested prompts are better known, or their answers more settled, than the unharvested ones of the same family, in a way that the suspect shares and the controls do not.",
      "The suspect was trained on the harvested prompts with answers of a model much like the provider's.",
    ],
    limits: [
      "It says that answers to the harvested prompts reached the suspect's training, not by which way.",
      "It compares wording; a suspect trained on rewritten answers may show nothing.",
      "It rests on the provider's model being the frozen one that the campaign asked.",
      "It says nothing about intent, contract or law.",
    ],
    evidence,
    software: request.software,
  });
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
