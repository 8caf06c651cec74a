/**
 * The complete course of a fictional dispute with bundles that the real laboratories make (weights, marks), and five more:
 * packs each and verifies it as the other side would. Writes the zips and docket-courses.json.
 *   npm run build && node validation/docket-courses.study.ts OUT_FOLDER
 * The suspect and the positive control are copies of the demo's base that were marked for two recipients; the independent
 * slot is a model of another seed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyCase } from "../dist/app/docket/verify-case.js";
import { sha256Digest } from "../dist/base/digest.js";
import { zip } from "../dist/evidence/zip.js";
import { platformKey } from "../dist/host/signing/signature-keys.js";
import { STATED_COURSES, upheldCourse } from "../materials/docket/courses.ts";
import type { Court } from "../materials/docket/court.ts";

const out = process.argv[2] ?? "docket-courses";
mkdirSync(join(out, "office"), { recursive: true });
const base = "fixtures/demo/base";
const list = join(out, "recipients.json");
const assay = (...args: string[]) => {
  const { status, stderr } = spawnSync(process.execPath, ["dist/command/main.js", ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
};
for (const name of ["suspect", "positive-control"])
  if (!existsSync(join(out, name)))
    assay("mark", "weights", base, "--recipient", name, "--key", list, "--out", join(out, name));
const model = (content: string) => (content === "independent" ? "fixtures/demo/independent-twin" : join(out, content));

async function bundle(laboratory: "weights" | "marks", content: string, plan: string): Promise<Uint8Array> {
  const to = join(out, `${plan.slice(7, 15)}-${laboratory}-${content}.zip`);
  const asked =
    laboratory === "weights"
      ? ["examine", "weights", base, model(content)]
      : ["examine", "leak", model(content), "--original", base, "--recipients", list];
  if (!existsSync(to)) assay(...asked, "--under", plan, "--out", to);
  return readFileSync(to);
}

const methods = {
  weights: (process.env.WEIGHTS_METHODS ?? "weights/unit-labels 4,weights/aligned-units 1").split(","),
  marks: (process.env.MARKS_METHODS ?? "marks/leak 2").split(","),
};
const courses: Record<string, () => Promise<Court>> = {
  upheld: () => upheldCourse(join(out, "office"), { bundle, methods }),
  ...Object.fromEntries(
    Object.entries(STATED_COURSES).map(([name, course]) => [name, () => course(join(out, "office"))]),
  ),
};
const results: unknown[] = [];
for (const [name, course] of Object.entries(courses)) {
  const files = await (await course()).bundle();
  const bytes = zip(files);
  writeFileSync(join(out, `${name}.zip`), bytes);
  const { holds, checks, state, cannotSee } = await verifyCase(files, { quick: platformKey });
  const orders = state?.orders.map(({ rung, standing, stayed }) => ({ rung, standing, stayed }));
  const open = state?.gates.filter((gate) => gate.open).map(({ rung }) => rung);
  results.push({
    name,
    holds,
    faults: checks.filter((check) => !check.holds),
    entries: state?.entries,
    state: state?.state,
    outcome: state?.decision?.outcome ?? null,
    examination: state?.plan?.status ?? null,
    orders,
    open,
    cannotSee: cannotSee.length,
    bytes: bytes.length,
    sha256: sha256Digest(bytes),
  });
}
writeFileSync("validation/docket-courses.json", `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify(results, null, 2));
