/** Plans of planted preferences, written and listed: what is served, and what a suspect is asked. */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { PLAN_BYTES_MAX } from "../method.js";
import { committedPlan, drawnSides, type PlantedPlan, readPlantedPlan } from "../planted/plan.js";

/** Draws, commits and writes a plan. @returns its commitment @throws AssayError FORMAT naming the line */
export async function plant(asked: { pairs: string; name: string; seed: string | null; out: string }): Promise<string> {
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
  const plan = committedPlan({ name: asked.name, seed: asked.seed ?? randomBytes(32).toString("hex"), pairs });
  const bytes = utf8(`${canonicalJson(plan)}\n`);
  readPlantedPlan(bytes, what);
  await writeNewFile(asked.out, bytes, true);
  return plan.commitment;
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
