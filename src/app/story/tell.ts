/**
 * The whole dispute that `npm start` tells, on what ships: a register with a witness, a provider's log, marked text, then
 * the case from complaint to appeal with models tested blind, its order in the register, and an expert's report.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../base/error.js";
import { makeIdentity } from "../../host/log/sealing.js";
import { unixSeconds } from "../../host/moment.js";
import { packagePath } from "../../host/package-files.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import { emptyOpinion } from "../../report/verdict/opinion.js";
import { openCaseFolder } from "../docket/case-folder.js";
import { draftOfVerdict, faultsOfVerdict, verdictOf } from "../docket/verdict.js";
import { demonstrated, LABORATORIES } from "../known.js";
import { moment } from "../register/access.js";
import { type CaseOptions, type ToldCase, tellCase } from "./dispute.js";
import { type OpenCase, openSecondCase } from "./open-case.js";
import { type ExamineItem, type ShownBundle, showEvidence } from "./shown-evidence.js";
import { type OnStep, PAGES, type Step, Teller } from "./step.js";
import { type StartWitness, StoryRegister } from "./story-register.js";

export interface StoryOptions extends CaseOptions {
  /** Examines an item of the evidence that a laboratory shows before the case. */
  item: ExamineItem;
  witness: StartWitness;
  onStep: OnStep;
}

export interface Story {
  steps: readonly Step[];
  /** Folder of cases, for the docket. */
  cases: string;
  told: ToldCase;
  /** A case in which the reader can act. */
  open: OpenCase;
  register: StoryRegister;
  /** Number of the entry of the told case that is sealed to counsel and experts. */
  sealed: number;
  /** As declared in the register. */
  models: { reference: ModelId; suspect: ModelId };
}

/** Steps besides one a laboratory that shows evidence. */
const STEPS = 11;
/**
 * @param options `out` is an existing folder that the story is written into; a test puts invented findings in `examine`
 * @returns with the witness still running, as `register.close` ends it
 * @throws UNSUPPORTED where no laboratory has a dispute to tell
 */
export async function tellStory(options: StoryOptions): Promise<Story> {
  const { demonstration } = demonstrated();
  const { dispute } = demonstration;
  if (!dispute) throw new AssayError("UNSUPPORTED", "demo: no laboratory of this version has a dispute to tell");
  const { out } = options;
  const shows = await Promise.all(LABORATORIES.flatMap(({ shown }) => shown?.() ?? []));
  const teller = new Teller(STEPS + shows.length, options.onStep);
  const register = await StoryRegister.open(out, options.witness);
  try {
    const model = (name: string) => packagePath(join(demonstration.folder, name));
    const committed = shows.flatMap((shown) => shown.committed ?? []);
    await register.commit(await Promise.all(committed.map((path) => readFile(packagePath(path)))));
    const reference = await register.declare("aldgate", "aldgate/lm-1", model(demonstration.reference));
    const suspect = await register.declare("meridian", "meridian/lm-2", model(dispute.slots.suspect));
    teller.told(
      "Register",
      "Aldgate Labs and Meridian Cloud declare their models in a register, each as trained from nothing. A witness, a process of its own, cosigns every head of the log. Aldgate puts digests of the marks that it will serve with on record, in a log of its own.",
      [await register.check()],
      [
        { site: "register", path: `models/${reference}`, text: "aldgate/lm-1" },
        { site: "register", path: `models/${suspect}`, text: "meridian/lm-2" },
      ],
    );
    const evidence: ShownBundle[] = [];
    for (const shown of shows) evidence.push(...(await showEvidence(shown, out, options.item, teller)));
    const escrow = await keyOf(out, "escrow.age");
    const told = await tellCase({ ...options, demonstration, dispute }, evidence, escrow, teller);
    await onRecord(register, told, { out, reference, suspect }, teller);
    await report(told, out, teller);
    const open = await openSecondCase(out, escrow);
    const { records } = await openCaseFolder(told.folder);
    const sealed = records.find(({ tier }) => tier === "COUNSEL_EXPERTS")!.seq;
    await writeFile(join(out, "keys", "you-answers.json"), answers());
    return {
      steps: teller.steps,
      cases: join(out, "cases"),
      told,
      open,
      sealed,
      register,
      models: { reference, suspect },
    };
  } catch (error) {
    await register.close();
    throw error;
  }
}

/** What a reader who declares a model of its own says of it. */
function answers(): string {
  const said = { relation: "pretrained", bases: [], licence: "apache-2.0", compute: { flop: null }, released: null };
  return `${JSON.stringify({ derivation: { issued: moment(unixSeconds()), ...said } })}\n`;
}

/** @returns the recipient */
async function keyOf(out: string, name: string): Promise<string> {
  await mkdir(join(out, "keys"), { recursive: true });
  return makeIdentity(join(out, "keys", name));
}

async function onRecord(
  register: StoryRegister,
  { order, folder }: ToldCase,
  { out, reference, suspect }: { out: string; reference: ModelId; suspect: ModelId },
  teller: Teller,
): Promise<void> {
  if (!order) return teller.told("On record", "No order was made, so that none is entered.", [await register.check()]);
  const same = order.model === suspect;
  if (same) {
    await register.finding(join(out, PAGES, "bundles", order.run, "data/finding.json"), suspect, reference);
    await register.order(suspect, { folder, seq: order.seq }, "decision in the case, upheld on appeal");
  }
  teller.told(
    "On record",
    "The finding and the order are entered in the register, the order with the case's own entry and its proof; whoever looks up the model sees both.",
    [
      { what: "the model that was tested is the one that Meridian declared, by digest", holds: same },
      await register.check(),
    ],
    [{ site: "register", path: `models/${suspect}`, text: "meridian/lm-2 with its finding and its order" }],
  );
}

async function report({ folder }: ToldCase, out: string, teller: Teller): Promise<void> {
  const open = await openCaseFolder(folder);
  const verdict = await verdictOf(open, emptyOpinion(), "PUBLIC", open.state.at);
  const draft = draftOfVerdict(verdict);
  await mkdir(join(out, PAGES, "report"), { recursive: true });
  await writeFile(join(out, PAGES, "report", "verdict.html"), draft.html);
  await writeFile(join(out, PAGES, "report", "verdict.json"), draft.json);
  teller.told(
    "Report",
    "An expert's report is drawn from the case. What is opinion is left to a person, so that it cannot be signed as it is.",
    [{ what: "a signature is refused while its items are empty", holds: faultsOfVerdict(verdict).length > 0 }],
    [{ site: "story", path: "report/verdict.html", text: "the draft" }],
  );
}
