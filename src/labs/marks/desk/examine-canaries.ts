/** Examine a transcript for canaries, and make plans of them. */
import { basename } from "node:path";
import { SOFTWARE } from "../../../app/software.js";
import { fromUtf8, hex, utf8 } from "../../../base/bytes.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { Validation } from "../../../finding/validation.js";
import { randomSeed } from "../../../host/moment.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { readTranscript } from "../../../transcript/read-transcript.js";
import { TRANSCRIPT_LIMITS } from "../../../transcript/transcript.js";
import {
  assignments,
  checkPlan,
  PLAN_BYTES_MAX,
  parseItems,
  planCommitment,
  readPlan,
} from "../canaries/canary-plan.js";
import { examineCanaries } from "../canaries/examine-canaries.js";
import type { TextsExamined } from "./text-inputs.js";

/** @param validations studies at hand */
export async function examineCanaryTranscript(
  transcriptPath: string,
  planPath: string,
  validations: readonly Validation[],
): Promise<TextsExamined> {
  const planBytes = await readSmallFile(planPath, PLAN_BYTES_MAX);
  const plan = readPlan(planBytes, basename(planPath));
  const bytes = await readSmallFile(transcriptPath, TRANSCRIPT_LIMITS.fileBytesMax);
  const transcript = readTranscript(bytes, basename(transcriptPath));
  const text = { name: basename(transcriptPath), kind: "transcript" as const, root: sha256Digest(bytes) };
  const mark = { name: plan.name ?? basename(planPath), kind: "mark" as const, root: sha256Digest(planBytes) };
  const artefacts = { text, mark };
  const finding = examineCanaries({
    transcript,
    plan,
    artefacts,
    evidence: [text.root, mark.root],
    validations,
    software: SOFTWARE,
  });
  const inputs = Object.entries(artefacts).map(([role, { name, root }]) => ({ role, name, root }));
  return { findings: [finding], inputs };
}

/**
 * Draws a plan from items and accounts, and what each account is to be served.
 * @param accounts one a line
 * @returns the commitment to publish
 */
export async function makePlan(paths: {
  items: string;
  accounts: string;
  out: string;
  served: string;
}): Promise<Digest> {
  await assertFreeFile(paths.out);
  await assertFreeFile(paths.served);
  const items = parseStrictJson(
    fromUtf8(await readSmallFile(paths.items, PLAN_BYTES_MAX), paths.items),
    `canaries: ${basename(paths.items)}`,
  );
  const accounts = fromUtf8(await readSmallFile(paths.accounts, PLAN_BYTES_MAX), paths.accounts)
    .split(/\r?\n/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const draft = { seed: hex(randomSeed()), accounts, items: parseItems(items, "canaries") };
  checkPlan(draft, "canaries");
  const commitment = planCommitment(draft);
  const text = JSON.stringify({ type: "assay/canary-plan/v1", commitment, ...draft });
  const plan = readPlan(utf8(text), "canaries");
  const lines = assignments(plan).map((options, a) =>
    JSON.stringify({
      account: plan.accounts[a],
      canaries: plan.items.map(({ id, question, options: all }, i) => ({ id, question, answer: all[options[i]!] })),
    }),
  );
  await writeNewFile(paths.out, utf8(`${text}\n`), true);
  await writeNewFile(paths.served, utf8(`${lines.join("\n")}\n`), true);
  return commitment;
}
