/** `assay examine membership`: what is typed, what is examined, and how a bundle is examined again. */
import { basename } from "node:path";
import { foundInputs } from "../../../app/found-inputs.js";
import type { Examination, Question } from "../../../app/laboratory.js";
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
    "Was the model trained on this text? A plan, committed before the model was trained, says which texts were drawn to be published, or in which order; the model's log-likelihoods say whether it prefers them.",
  arguments: [
    { name: "plan", help: "the opened plan, by `assay membership plan`" },
    {
      name: "scores",
      help: 'JSON Lines {"id", "logprob"}: natural logarithms, one for each text of `assay membership texts`',
    },
  ],
  options: [
    {
      flags: "--stranger <scores>",
      help: "for an order: scores of a model that knows nothing of it; they take out how hard a text is",
    },
  ],
  help: `
Examples:
  $ assay membership plan canary --name northwind --sets 8 --among 200 --out plan.json
  $ assay membership texts plan.json > texts.jsonl
  $ assay examine membership plan.json scores.jsonl

The commitment that \`plan\` prints is to be published and dated (a register, a newspaper) before the texts are, and the plan
kept secret until then. Scores without an exact p (Min-K%, ratios) may stand beside "logprob": they are shown as exhibits.
An outcome of "inconclusive" does not show that the text was not trained on.`,

  examine: ({ arguments: [plan, scores], options }, { studies }) =>
    examined(String(plan), String(scores), (options.stranger as string | undefined) ?? null, studies),

  async again(request, desk) {
    const { at, has } = await foundInputs("files", request, desk);
    const names = new Map(request.inputs.map(({ role, name }) => [role, name]));
    const reference = has("stranger") ? at("stranger") : null;
    return examined(at("reference"), at("suspect"), reference, desk.studies, names);
  },
};

async function examined(
  planPath: string,
  scoresPath: string,
  referencePath: string | null,
  studies: readonly Study[],
  names: ReadonlyMap<string, string> = new Map(),
): Promise<Examination> {
  const read = async <T>(
    role: string,
    path: string,
    kind: Artefact["kind"],
    bytesMax: number,
    parse: (bytes: Uint8Array, what: string) => T,
  ): Promise<Given<T>> => {
    const bytes = await readSmallFile(path, bytesMax);
    const name = names.get(role) ?? basename(path);
    return { artefact: { name, kind, root: sha256Digest(bytes) }, value: parse(bytes, name) };
  };
  const scored = (role: string, path: string): Promise<Given<Scores>> =>
    read(role, path, "scores", SCORES_BYTES_MAX, readScores);
  const plan = await read("reference", planPath, "text", PLAN_BYTES_MAX, readPlan);
  const suspect = await scored("suspect", scoresPath);
  const reference = referencePath === null ? null : await scored("stranger", referencePath);
  if (reference && plan.value.kind !== "order")
    throw new AssayError("USAGE", "examine membership: --stranger is for a plan of an order");
  const finding = examineMembership({ plan, suspect, reference, validations: studies, software: SOFTWARE });
  const inputs = [
    { role: "reference", artefact: plan.artefact },
    { role: "suspect", artefact: suspect.artefact },
    ...(reference ? [{ role: "stranger", artefact: reference.artefact }] : []),
  ].map(({ role, artefact: { name, root } }) => ({ role, name, root }));
  const typed = membershipTyped({ inputs } as never);
  return { findings: [finding], inputs, settings: {}, arguments: typed.split(" ") };
}
