/**
 * Sketches against weights: every pair of the zoo (and each model with itself) as weights, as sketch against model both
 * ways, and as sketch against sketch; every pair of the bank of equal shape as sketches; what a sketch discloses.
 *
 *   npm run build && node validation/sketches.study.ts --zoo ../shared/zoo [--part zoo|bank|write] [--cache FILE]
 *     [--minutes N] [--ways weights,sketchModel,modelSketch,sketches]
 *
 * Goes through the laboratory's own door. Outcomes are those of the exact rule (p against α), whatever study is at hand.
 * With --cache and --minutes it stops in time and a further run takes up where it stopped. Writes sketches.json and
 * sketches.tables.md.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { OUTCOME_RULES } from "../dist/finding/outcome.js";
import { ComputePool } from "../dist/host/model/compute-pool.js";
import { makeSketch } from "../dist/labs/weights/desk/sketch.js";
import { examineAncestry } from "../dist/labs/weights/examine.js";
import { openSide } from "../dist/labs/weights/host/open-side.js";
import type { WeightsObservations } from "../dist/labs/weights/observations.js";
import { energyShares } from "./study/sketch-energy.ts";
import { type SketchReport, sketchTables, WAYS, type Way } from "./study/sketch-tables.ts";

const { values } = parseArgs({
  options: {
    zoo: { type: "string" },
    part: { type: "string" },
    cache: { type: "string" },
    minutes: { type: "string" },
    ways: { type: "string" },
  },
});
const zoo = values.zoo ?? "../shared/zoo";
const part = values.part ?? "all";
const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const SKETCHED = ["sketchModel", "modelSketch", "sketches"] as const;
/** Any will do, so long as it was not chosen with the models in view: the digits of e. */
const SEED = "2718281828459045235360287471352662497757247093699959574966967627";
const pool = new ComputePool(2);
const folder = mkdtempSync(join(tmpdir(), "assay-sketches-"));
const stopAt = Date.now() + Number(values.minutes ?? "600") * 60_000;
const ways = (values.ways?.split(",") ?? WAYS) as readonly Way[];
const late = () => Date.now() > stopAt;
const report: SketchReport =
  values.cache && existsSync(values.cache)
    ? JSON.parse(readFileSync(values.cache, "utf8"))
    : { seed: SEED, zoo: [], bank: [], made: [], energy: [] };

try {
  if (part === "all" || part === "zoo") await zooPart();
  if (part === "all" || part === "bank") await bankPart();
  if (values.cache) writeFileSync(values.cache, JSON.stringify(report));
  if (part === "all" || part === "write") write();
} finally {
  rmSync(folder, { recursive: true, force: true });
  await pool.close();
}

async function sketchOf(path: string, name: string): Promise<string> {
  const out = join(folder, `${name}.sketch`);
  const options = { seed: SEED, width: null, rows: "sampled" as const, out, home: null, threads: 2 };
  const { discloses } = await makeSketch({ model: path, ...options, onProgress: () => {} });
  const weights = statSync(join(path, "model.safetensors")).size;
  report.made = report.made.filter((m) => m.name !== name);
  report.made.push({ name, bytes: statSync(out).size, weightsBytes: weights, ...discloses });
  return out;
}

async function zooPart(): Promise<void> {
  const manifest: Record<string, { parents: string[] }> = JSON.parse(readFileSync(join(zoo, "manifest.json"), "utf8"));
  const roots = (name: string): string[] =>
    manifest[name]!.parents.length === 0 ? [name] : manifest[name]!.parents.flatMap(roots);
  const names = Object.keys(manifest).sort();
  const models = new Map(names.map((n) => [n, join(zoo, "models", n)]));
  const sketches = new Map<string, string>();
  for (const name of names) sketches.set(name, await sketchOf(models.get(name)!, `zoo ${name}`));
  if (report.energy.length === 0) report.energy = await energyShares(models.get("base")!, SEED);
  for (const [i, a] of names.entries()) {
    for (const b of names.slice(i)) {
      const derived = roots(a).some((r) => roots(b).includes(r));
      const known = report.zoo.find((p) => p.a === a && p.b === b);
      const pair: SketchReport["zoo"][number] = known ?? { a, b, derived };
      if (!known) report.zoo.push(pair);
      const sides = {
        weights: [models, models],
        sketchModel: [sketches, models],
        modelSketch: [models, sketches],
        sketches: [sketches, sketches],
      } as const;
      for (const way of ways) {
        if (late() || pair[way]) continue;
        const [from, to] = sides[way];
        pair[way] = await outcome(from.get(a)!, to.get(b)!);
      }
    }
    log(`zoo: ${i + 1} of ${names.length} models`);
  }
}

async function bankPart(): Promise<void> {
  const names = readdirSync(join(zoo, "bank")).filter((n) => /^[abcd]\d\d$/.test(n));
  const sketches = new Map<string, string>();
  for (const name of names) sketches.set(name, await sketchOf(join(zoo, "bank", name), `bank ${name}`));
  for (const [i, a] of names.entries())
    for (const b of names.slice(i + 1)) {
      if (late() || a[0] !== b[0] || report.bank.some((p) => p.a === a && p.b === b)) continue;
      report.bank.push({ a, b, sketches: await outcome(sketches.get(a)!, sketches.get(b)!) });
      if (report.bank.length % 100 === 0) log(`bank: ${report.bank.length} pairs`);
    }
}

async function outcome(a: string, b: string) {
  const root = `sha256:${"0".repeat(64)}` as const;
  const side = async (path: string) => {
    const { reading, vocabulary } = await openSide(path);
    const kind = path.endsWith(".sketch") ? ("sketch" as const) : ("model" as const);
    return { reading, vocabulary, identity: Promise.resolve({ artefact: { name: "m", kind, root }, evidence: [] }) };
  };
  const finding = await examineAncestry({
    reference: await side(a),
    suspect: await side(b),
    settings: { seed: SEED, rows: "sampled" },
    validations: [],
    software: { name: "assay", version: "study", commit: "study" },
    compute: pool,
    work: { concurrency: 3, onProgress: () => {} },
  });
  const seen = finding.observations as WeightsObservations | null;
  const cosines = (seen?.blocks ?? []).flatMap((x) =>
    x.axis === "mlp-hidden" && x.selfCosine !== null ? [x.selfCosine] : [],
  );
  const { log10P } = finding.tests.find((t) => t.id === "combined") ?? { log10P: 0 };
  const decided = log10P <= OUTCOME_RULES.log10Alpha ? "supports-hp" : "inconclusive";
  return {
    outcome: finding.outcome === "refused" ? "refused" : decided,
    log10P: Math.ceil(log10P * 100) / 100 + 0,
    cosine: cosines.length > 0 ? Math.max(...cosines) : null,
  };
}

function write(): void {
  report.made = [...new Map(report.made.map((m) => [m.name, m])).values()];
  const here = new URL(".", import.meta.url).pathname;
  const opposite = report.zoo.filter((p) => SKETCHED.some((way) => against(p, p[way]?.outcome ?? null)));
  writeFileSync(
    join(here, "sketches.json"),
    `${JSON.stringify({ type: "assay/study/v1", subject: "sketches", ...report, opposite: opposite.length })}\n`,
  );
  writeFileSync(join(here, "sketches.tables.md"), sketchTables(report));
  log(
    `written: ${report.zoo.length} zoo pairs, ${opposite.length} against the weights; ${report.bank.length} bank pairs`,
  );
}

/** Neither the weights' outcome nor inconclusive. */
function against(pair: SketchReport["zoo"][number], got: string | null): boolean {
  return got !== null && got !== "inconclusive" && pair.weights !== undefined && got !== pair.weights.outcome;
}
