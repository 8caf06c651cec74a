/** Examine a transcript for canaries, make plans of them, and put a plan's draw into it. */
import { basename } from "node:path";
import { type DatedPaths, datedBy, datedInputs } from "../../../app/log/dated.js";
import { drawAsked } from "../../../app/log/drawing.js";
import { SOFTWARE } from "../../../app/software.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { Validation } from "../../../finding/validation.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { readTranscript } from "../../../transcript/read-transcript.js";
import { TRANSCRIPT_LIMITS } from "../../../transcript/transcript.js";
import {
  assignments,
  type CanaryPlan,
  committedPlan,
  PLAN_BYTES_MAX,
  parseItems,
  readPlan,
  roundOf,
} from "../canaries/canary-plan.js";
import { examineCanaries } from "../canaries/examine-canaries.js";
import type { TextsExamined } from "./text-inputs.js";

/** @param asked paths, tries, and studies at hand */
export async function examineCanaryTranscript(asked: {
  transcript: string;
  plan: string;
  dated: DatedPaths | null;
  tries: number;
  validations: readonly Validation[];
}): Promise<TextsExamined> {
  const { tries, validations } = asked;
  const planBytes = await readSmallFile(asked.plan, PLAN_BYTES_MAX);
  const plan = readPlan(planBytes, basename(asked.plan));
  const bytes = await readSmallFile(asked.transcript, TRANSCRIPT_LIMITS.fileBytesMax);
  const transcript = readTranscript(bytes, basename(asked.transcript));
  const text = { name: basename(asked.transcript), kind: "transcript" as const, root: sha256Digest(bytes) };
  const mark = { name: plan.name ?? basename(asked.plan), kind: "mark" as const, root: sha256Digest(planBytes) };
  const artefacts = { text, mark };
  const dated = asked.dated && (await datedBy(asked.dated, plan));
  const finding = examineCanaries({
    transcript,
    plan,
    dated,
    tries,
    artefacts,
    evidence: [text.root, mark.root, ...(dated ? [dated.evidence] : [])],
    validations,
    software: SOFTWARE,
  });
  const inputs = Object.entries(artefacts).map(([role, { name, root }]) => ({ role, name, root }));
  return { findings: [finding], inputs: [...inputs, ...(await datedInputs(asked.dated))] };
}

interface NewPlan {
  items: string;
  /** One a line. */
  accounts: string;
  out: string;
  round?: number;
  /** Draws in place of a round: a rehearsal. */
  seed?: string;
  /** What each account is to be served, in a rehearsal, where it is known at once. */
  served?: string;
}

/** Fixes a plan and the round that draws it. @throws AssayError USAGE, FORMAT, SCHEMA */
export async function makePlan({ round, seed, served, ...paths }: NewPlan): Promise<CanaryPlan> {
  if (served !== undefined && round !== undefined)
    throw new AssayError("USAGE", "--served: expected no --round beside it: the round draws first (assay mark draw)");
  await assertFreeFile(paths.out);
  if (served !== undefined) await assertFreeFile(served);
  const items = parseStrictJson(
    fromUtf8(await readSmallFile(paths.items, PLAN_BYTES_MAX), paths.items),
    `canaries: ${basename(paths.items)}`,
  );
  const accounts = fromUtf8(await readSmallFile(paths.accounts, PLAN_BYTES_MAX), paths.accounts)
    .split(/\r?\n/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const draw = drawAsked({ ...(round === undefined ? {} : { round }), ...(seed === undefined ? {} : { seed }) });
  const rehearsed = served === undefined ? draw : { ...draw, round: null };
  const plan = committedPlan({ ...rehearsed, accounts, items: parseItems(items, "canaries") });
  const bytes = utf8(`${JSON.stringify(plan)}\n`);
  readPlan(bytes, "canaries");
  await writeNewFile(paths.out, bytes, true);
  if (served !== undefined) await writeServed(plan, served);
  return plan;
}

/**
 * Puts the signature of the plan's round into it and writes what each account is to be served.
 * @throws AssayError SIGNATURE where it is another's, USAGE for a plan that names no round
 */
export async function drawCanaries(
  bytes: Uint8Array,
  what: string,
  asked: { signature: string; out: string; served: string },
): Promise<void> {
  const plan = readPlan(bytes, what);
  if (roundOf(plan) === null)
    throw new AssayError("USAGE", `${what}: expected a plan that names a round, got one drawn by its seed`);
  await assertFreeFile(asked.served);
  const drawn = utf8(`${JSON.stringify({ ...plan, signature: asked.signature })}\n`);
  const read = readPlan(drawn, what);
  await writeNewFile(asked.out, drawn, true);
  await writeServed(read, asked.served);
}

async function writeServed(plan: CanaryPlan, path: string): Promise<void> {
  const lines = assignments(plan).map((options, a) =>
    JSON.stringify({
      account: plan.accounts[a],
      canaries: plan.items.map(({ id, question, options: all }, i) => ({ id, question, answer: all[options[i]!] })),
    }),
  );
  await writeNewFile(path, utf8(`${lines.join("\n")}\n`), true);
}
