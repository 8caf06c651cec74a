/** Commit to a mark whose key a beacon is to draw, and draw it; plans of canaries are drawn by the same command. */
import { basename } from "node:path";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { Draw } from "../../../evidence/beacon-draw.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { PLAN_BYTES_MAX } from "../canaries/canary-plan.js";
import { drawnMark, type MarkPlan, planOfMark, readMarkPlan } from "../schemes/drawn-mark.js";
import { MARK_BYTES_MAX } from "../schemes/mark-file.js";
import { readMarks } from "../schemes/mark-ring.js";
import { drawCanaries } from "./examine-canaries.js";

/** Writes the plan, whose secret is to be kept. @throws AssayError USAGE for a ring, SCHEMA for no mark */
export async function commitMark(path: string, draw: Pick<Draw, "secret" | "round">, out: string): Promise<MarkPlan> {
  const what = basename(path);
  const bytes = await readSmallFile(path, MARK_BYTES_MAX);
  if (readMarks(bytes, what).ring) throw new AssayError("USAGE", `${what}: expected one mark, got a ring`);
  const plan = planOfMark(parseStrictJson(fromUtf8(bytes, what), what) as Record<string, unknown>, draw, what);
  await writeNewFile(out, utf8(`${JSON.stringify(plan)}\n`), true);
  return plan;
}

/** @throws AssayError SIGNATURE where it is not the round's, USAGE where `served` is missing, or given with a mark */
export async function drawAny(
  path: string,
  what: string,
  asked: { signature: string; out: string; served?: string },
): Promise<void> {
  const bytes = await readSmallFile(path, PLAN_BYTES_MAX);
  const text = fromUtf8(bytes, what);
  const { type } = (parseStrictJson(text, what) ?? {}) as { type?: unknown };
  const { served } = asked;
  if (typeof type === "string" && type.startsWith("assay/canary-plan/")) {
    if (served === undefined)
      throw new AssayError("USAGE", "--served: expected a file for what each account is to be served");
    return drawCanaries(bytes, what, { ...asked, served });
  }
  if (served !== undefined) throw new AssayError("USAGE", `--served: expected a plan of canaries, got ${what}`);
  const plan = readMarkPlan(bytes, text, what);
  const drawn = utf8(`${JSON.stringify({ ...plan, signature: asked.signature })}\n`);
  const mark = drawnMark(readMarkPlan(drawn, fromUtf8(drawn, what), what), what);
  const file = utf8(`${JSON.stringify(mark, null, 2)}\n`);
  readMarks(file, what);
  await writeNewFile(asked.out, file, true);
}
