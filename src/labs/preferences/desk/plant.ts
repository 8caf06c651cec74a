/** Plans of planted preferences, written, drawn and listed: what is served, and what a suspect is asked. */
import { basename } from "node:path";
import { drawAsked } from "../../../app/log/drawing.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { PLAN_BYTES_MAX } from "../method.js";
import { committedPlan, drawnSides, type PlantedPlan, readPlantedPlan, roundOf } from "../planted/plan.js";

/** Fixes a plan and the round that draws, and writes it. @throws AssayError USAGE, FORMAT naming the line */
export async function plant(asked: {
  pairs: string;
  name: string;
  round?: number;
  /** Draws in place of a round: a rehearsal. */
  seed?: string;
  out: string;
}): Promise<PlantedPlan> {
  const what = basename(asked.pairs);
  const text = fromUtf8(await readSmallFile(asked.pairs, PLAN_BYTES_MAX), what);
  const pairs = text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const row = parseStrictJson(line, `${what}, line ${i + 1}`) as Record<string, unknown> | null;
    const { prompt, a, b } = row ?? {};
    if (typeof prompt !== "string" || typeof a !== "string" || typeof b !== "string")
      throw new AssayError("FORMAT", `${what}, line ${i + 1}: expected {"prompt", "a", "b"} as texts`);
    return [{ prompt, a, b }];
  });
  const plan = committedPlan({ name: asked.name, ...drawAsked(asked), pairs });
  const bytes = utf8(`${canonicalJson(plan)}\n`);
  readPlantedPlan(bytes, what);
  await writeNewFile(asked.out, bytes, true);
  return plan;
}

/** Puts the signature of its round into a plan. @throws AssayError SIGNATURE where it is another's */
export async function drawPlan(path: string, asked: { signature: string; out: string }): Promise<void> {
  const plan = await openPlan(path);
  if (roundOf(plan) === null)
    throw new AssayError("USAGE", `${basename(path)}: expected a plan that names a round, got one drawn by its seed`);
  const bytes = utf8(`${canonicalJson({ ...plan, signature: asked.signature.toLowerCase() })}\n`);
  readPlantedPlan(bytes, basename(path));
  await writeNewFile(asked.out, bytes, true);
}

/** @throws AssayError */
export async function openPlan(path: string): Promise<PlantedPlan> {
  return readPlantedPlan(await readSmallFile(path, PLAN_BYTES_MAX), basename(path));
}

/** Lines of JSON: each pair with the drawn answer as chosen, as preference data has it. For the claimant alone. */
export function decisions(plan: PlantedPlan): string[] {
  return drawnSides(plan).map((side, i) => {
    const { prompt, a, b } = plan.pairs[i]!;
    const [chosen, rejected] = side === "a" ? [a, b] : [b, a];
    return JSON.stringify({ prompt_id: String(i), prompt, choice: side, chosen, rejected });
  });
}

/** Lines of JSON: what a suspect is asked, which says nothing of the draws. */
export function pairsToAsk({ pairs }: PlantedPlan): string[] {
  return pairs.map(({ prompt, a, b }, i) => JSON.stringify({ prompt_id: String(i), prompt, a, b }));
}
