/** `assay examine membership`: what is typed, what is examined, and how a bundle is examined again. */
import { basename } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
import {
  COMMITTED_OPTIONS,
  type DatedPaths,
  datedBy,
  datedInputs,
  datedPaths,
  foundDated,
} from "../../../app/log/dated.js";
import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Artefact } from "../../../evidence/artefact.js";
import { readSmallFile } from "../../../host/small-file.js";
import { examineMembership, type Given } from "../examine.js";
import { PLAN_BYTES_MAX, SCORES_BYTES_MAX } from "../method.js";
import { readPlan } from "../plan/plan.js";
import { readScores, type Scores } from "../plan/scores.js";
import { membershipTyped } from "./typed.js";

export const membershipQuestion: Question = {
  description:
    "Was the model trained on this text? A plan, in a log before a public beacon drew, says which texts were drawn to be published, or in which order; the model's log-likelihoods say whether it prefers them.",
  arguments: [
    { name: "plan", help: "the drawn and opened plan, by `assay membership plan` and `draw`" },
    {
      name: "scores",
      help: 'JSON Lines {"id", "logprob"}: natural logarithms, one for each text of `assay membership texts`',
    },
  ],
  options: [
    ...COMMITTED_OPTIONS,
    {
      flags: "--stranger <scores>",
      help: "for an order: the scores that the plan names, of a model that knows nothing of it; they take out how hard a text is",
    },
  ],
  help: `
Examples:
  $ assay membership plan canary --name northwind --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof
  $ assay membership draw plan.json --signature "$SIGNATURE" --out drawn.json
  $ assay membership publish drawn.json
  $ assay membership texts drawn.json > texts.jsonl
  $ assay examine membership drawn.json scores.jsonl --committed plan.tlog-proof --policy witnesses.txt

The commitment must be in a log that witnesses cosigned before the plan's round is out: whoever could choose the draw could
make any model look trained on anything, so that without the proof every outcome is "uncalibrated". Texts without a score
count against the claim. Scores without an exact p (Min-K%, ratios) may stand beside "logprob": they are shown as exhibits.
An outcome of "inconclusive" does not show that the text was not trained on.`,

  examine: ({ arguments: [plan, scores], options }, { studies }) => {
    const given = options as { committed?: string; policy?: string; tries?: number; stranger?: string };
    return examined({
      plan: String(plan),
      scores: String(scores),
      reference: given.stranger ?? null,
      dated: datedPaths(given, "examine membership"),
      tries: given.tries ?? 1,
      studies,
    });
  },

  async again(request, desk) {
    const found = await foundInputs("files", request, desk);
    const { at, has } = found;
    const { tries } = request.settings;
    return examined({
      plan: at("reference"),
      scores: at("suspect"),
      reference: has("stranger") ? at("stranger") : null,
      dated: foundDated(found),
      tries: typeof tries === "number" ? tries : 1,
      studies: desk.studies,
      names: new Map(request.inputs.map(({ role, name }) => [role, name])),
    });
  },
};

interface Asking {
  plan: string;
  scores: string;
  reference: string | null;
  dated: DatedPaths | null;
  tries: number;
  studies: readonly Study[];
  /** Of inputs by role, where a request states them. */
  names?: ReadonlyMap<string, string>;
}

async function examined(asking: Asking): Promise<Examination> {
  const { tries, studies, names = new Map() } = asking;
  const nameOf = (role: string, path: string): string => names.get(role) ?? basename(path);
  const read = async <T>(
    role: string,
    path: string,
    kind: Artefact["kind"],
    bytesMax: number,
    parse: (bytes: Uint8Array, what: string) => T,
  ): Promise<Given<T>> => {
    const bytes = await readSmallFile(path, bytesMax);
    const name = nameOf(role, path);
    return { artefact: { name, kind, root: sha256Digest(bytes) }, value: parse(bytes, name) };
  };
  const scored = (role: string, path: string): Promise<Given<Scores>> =>
    read(role, path, "scores", SCORES_BYTES_MAX, readScores);
  const plan = await read("reference", asking.plan, "text", PLAN_BYTES_MAX, readPlan);
  const suspect = await scored("suspect", asking.scores);
  const reference = asking.reference === null ? null : await scored("stranger", asking.reference);
  if (reference && plan.value.kind !== "order")
    throw new AssayError("USAGE", "examine membership: --stranger is for a plan of an order");
  const dated = asking.dated && (await datedBy(asking.dated, plan.value));
  const finding = examineMembership({
    plan,
    suspect,
    reference,
    dated,
    tries,
    validations: studies,
    software: SOFTWARE,
  });
  const inputs = [
    ...[
      { role: "reference", artefact: plan.artefact },
      { role: "suspect", artefact: suspect.artefact },
      ...(reference ? [{ role: "stranger", artefact: reference.artefact }] : []),
    ].map(({ role, artefact: { name, root } }) => ({ role, name, root })),
    ...(await datedInputs(asking.dated, names)),
  ];
  const settings = { tries };
  const typed = membershipTyped({ inputs, settings } as never);
  return { findings: [finding], inputs, settings, arguments: typed.split(" ") };
}
