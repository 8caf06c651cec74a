/** Who asks what: the laboratory of a proposition or a command, by the list of laboratories. */
import { AssayError, quoted } from "../base/error.js";
import type { Finding } from "../finding/finding.js";
import type { Proposition } from "../finding/propositions.js";
import type { FoundDescents } from "../office/register/found-descent.js";
import * as listed from "./laboratories.js";
import type { Demonstration, Laboratory, QuestionPlace } from "./laboratory.js";

/** Every laboratory, by name. */
export const LABORATORIES: readonly Laboratory[] = Object.values(listed);

/** Which questions speak of a model's descent, as their laboratories say. */
export const DESCENTS: FoundDescents = new Map(LABORATORIES.flatMap(({ descents = {} }) => Object.entries(descents)));

/** How a question's command begins in a request. */
const EXAMINE = "examine ";

export interface Asking {
  laboratory: Laboratory;
  question: QuestionPlace;
}

/** The laboratory whose list holds the proposition; null where none does. */
function laboratoryOf(proposition: string): Laboratory | null {
  return LABORATORIES.find(({ propositions }) => Object.hasOwn(propositions.entries, proposition)) ?? null;
}

/** The question as worded here; null where no laboratory asks it. */
export function propositionOf(id: string): Proposition | null {
  return laboratoryOf(id)?.propositions.entries[id] ?? null;
}

/** @param command as a request has it: "examine weights". @throws AssayError UNSUPPORTED for a question not asked here */
export function askingOf(command: string): Asking {
  const name = command.startsWith(EXAMINE) ? command.slice(EXAMINE.length) : null;
  for (const laboratory of LABORATORIES)
    for (const question of laboratory.questions) if (question.name === name) return { laboratory, question };
  throw new AssayError("UNSUPPORTED", `verify: expected a question asked by this version, got ${quoted(command)}`);
}

/** The first laboratory's that has one. */
export function demonstrated(): { asking: Asking; demonstration: Demonstration } {
  const [demonstration] = LABORATORIES.flatMap((laboratory) => laboratory.demonstration ?? []);
  if (!demonstration) throw new AssayError("UNSUPPORTED", "demo: no laboratory of this version has a demonstration");
  return { asking: askingOf(EXAMINE + demonstration.question), demonstration };
}

/** The question to ask of a declared base and a model, where both are at hand. */
export function descentAsking(): Asking {
  const name = LABORATORIES.flatMap(({ descentOfWeights }) => descentOfWeights ?? [])[0];
  if (name === undefined)
    throw new AssayError("UNSUPPORTED", "bom check: no laboratory of this version examines two models' weights");
  return askingOf(EXAMINE + name);
}

/** The command as a request states it, such as `examine weights`. */
export function commandOf({ question }: Asking): string {
  return EXAMINE + question.name;
}

/** What the first screen says of a method's studies, beside the counts that the finding states. */
interface Studied {
  /** On what the error rate was measured; null where no study of this version of the method is listed. */
  measuredOn: string | null;
  /** Of a study that nothing leans on: one of another version; null where there is none. */
  studiedBefore: string | null;
}

/**
 * What a first screen says of the study: on what it was made, or, of a method or version without one, what was found
 * before.
 */
export function studied({ method: { id, version }, proposition }: Pick<Finding, "method" | "proposition">): Studied {
  const { studies = [], formerStudies = [] } = laboratoryOf(proposition.id) ?? {};
  const study = studies.find((of) => of.method === id && (of.proposition ?? proposition.id) === proposition.id);
  if (study?.version === version) return { measuredOn: study.measuredOn, studiedBefore: null };
  const same = formerStudies.find((of) => of.method === id && of.version === version);
  if (same?.measuredOn) return { measuredOn: same.measuredOn, studiedBefore: null };
  const former = formerStudies.find((of) => of.method === id && of.version !== version && of.says !== null);
  const other = study ? `Version ${study.version} of the method was studied, on ${study.measuredOn}.` : null;
  return { measuredOn: null, studiedBefore: former?.says ?? other };
}
