/**
 * Makers who copied nothing, where models are narrow or one layer answers: pairs by shape and construction, through the
 * exact tests or, turned by a third tool, through the laboratory's own door with all that follows. In so few columns
 * what each maker's gains did tips all rows alike.
 *
 *   npm run build && node validation/weights-narrow-starts.ts --pairs 300 --shapes 32x64x1,32x64x2 [--rows TEXT] [--turned] [--minutes N]
 *
 * A shape is residual width, hidden units and layers. Prints one JSON line a shape and construction: pairs, accused, and
 * the least log10 p; of turned pairs also how many the second stage was asked of. Draws are seeded by construction,
 * shape and number.
 */
import { parseArgs } from "node:util";
import { askingOf } from "../dist/app/known.js";
import { loadStudies } from "../dist/app/studies.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { ALIGNED_METHOD_VERSION } from "../dist/labs/weights/alignment/method.js";
import { examineAncestry } from "../dist/labs/weights/examine.js";
import { METHOD_VERSION, SEED_DEFAULT } from "../dist/labs/weights/method.js";
import type { WeightsObservations } from "../dist/labs/weights/observations.js";
import { CONSTRUCTIONS, type Made, makePair, NOT_MENDED, readerOf, TINY } from "../materials/weights/structured.ts";
import { turnedBy, turns } from "./study/half-pairs.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "100" },
    shapes: { type: "string", default: "32x64x1,32x64x2,48x96x1,64x128x1" },
    rows: { type: "string", default: "^one default seed" },
    turned: { type: "boolean", default: false },
    minutes: { type: "string", default: "60" },
  },
});
const ROOT = `sha256:${"0".repeat(64)}` as const;
const until = Date.now() + Number(values.minutes) * 60_000;
const asked = new RegExp(values.rows);
// Constructions that set a second size of their own are not made at every shape; a tool turns no biases.
// What is accused still is run by its name alone.
const named = [...CONSTRUCTIONS, ...NOT_MENDED.filter(() => values.rows.includes("gains far"))];
const rows = named.filter((c) => asked.test(c.id) && !c.second && !c.experts && (!values.turned || turns(c)));
const studies = values.turned ? await loadStudies(askingOf("examine weights").laboratory) : [];

for (const shape of values.shapes.split(",")) {
  const [hidden, units, layers] = shape.split("x").map(Number) as [number, number, number];
  const size = { ...TINY, hidden, units, layers, heads: 1, headDim: 16, vocabulary: 64 };
  for (const row of rows) {
    let [pairs, accused, least, reached] = [0, 0, 0, 0];
    for (; pairs < Number(values.pairs) && Date.now() < until; pairs++) {
      const name = `narrow ${shape} ${row.id} ${pairs}`;
      const [a, b] = makePair(row, name, [`${name} a`, `${name} b`], size);
      const seen = await examined(a, values.turned ? turnedBy(b, name) : b);
      if (seen.accused) accused++;
      if (seen.reached) reached++;
      least = Math.min(least, seen.log10P);
    }
    const version = values.turned ? ALIGNED_METHOD_VERSION : METHOD_VERSION;
    const second = values.turned ? { turned: true, reached } : {};
    if (pairs > 0) console.log(JSON.stringify({ version, ...second, shape, row: row.id, pairs, accused, least }));
  }
}

async function examined(a: Made, b: Made) {
  const side = ({ model }: Made) => ({
    reading: { kind: "model" as const, model },
    vocabulary: null,
    identity: Promise.resolve({ artefact: { name: "made", kind: "model" as const, root: ROOT }, evidence: [] }),
  });
  const finding = await examineAncestry({
    reference: side(a),
    suspect: side(b),
    ...(values.turned ? {} : { disguises: "left" as const }),
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    validations: studies,
    software: { name: "assay", version: "study", commit: "study" },
    compute: new LocalCompute(readerOf(a, b)),
    work: { concurrency: 1, onProgress: () => {} },
  });
  const { aligned } = finding.observations as WeightsObservations;
  const { log10P } = finding.tests.find(({ id }) => id === "combined")!;
  return {
    log10P: aligned?.start?.explains ? 0 : log10P,
    // Without a study no outcome is stated: the exact tests' own level stands for it.
    accused: values.turned ? finding.outcome === "supports-hp" : log10P <= -6,
    reached: aligned !== undefined,
  };
}
