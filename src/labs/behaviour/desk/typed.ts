/** How a request of the behaviour laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */
import { quotedWord } from "../../../app/asked.js";
import { AssayError } from "../../../base/error.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import { TRIES_MAX } from "../common-origin/method.js";
import { type AskedSettings, QUESTIONS } from "./asked-settings.js";

/** Seed, questions and tries are settings and typed in full; transcripts are files of whoever types. */
export function behaviourTyped(request: ExaminationRequest): string {
  const roles = request.inputs.map(({ role }) => role);
  const siblings = roles.filter((role) => role === "sibling").map(() => " --sibling T");
  const releases = roles.includes("before") ? " --before T1 --after T2" : "";
  const { seed, questions, tries } = settingsOf(request);
  const asked = `${questions === "all" ? "" : ` --questions ${questions}`}${tries === 1 ? "" : ` --tries ${tries}`}`;
  return `REFERENCE SUSPECT --panel DIR${siblings.join("")}${releases}${asked} --seed ${quotedWord(seed)}`;
}

/** @throws AssayError UNSUPPORTED where the request is of another form */
export function settingsOf({
  settings: { seed, questions = "relations", tries = 1 },
}: ExaminationRequest): AskedSettings {
  const known = QUESTIONS.find((name) => name === questions);
  if (
    typeof seed !== "string" ||
    known === undefined ||
    typeof tries !== "number" ||
    !(tries >= 1 && tries <= TRIES_MAX)
  )
    throw new AssayError(
      "UNSUPPORTED",
      "verify: expected a request of `examine behaviour` with seed, questions and tries",
    );
  return { seed, questions: known, tries };
}
