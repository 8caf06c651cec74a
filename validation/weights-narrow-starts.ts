/**
 * Makers of one default seed, where models are narrow or one layer answers: pairs that copied nothing, by shape and
 * construction, through the exact tests. In so few columns what each maker's gains did tips all rows alike.
 *
 *   npm run build && node validation/weights-narrow-starts.ts --pairs 300 --shapes 32x64x1,32x64x2 [--rows TEXT] [--minutes N]
 *
 * A shape is residual width, hidden units and layers. Prints one JSON line a shape and construction: pairs, accused, and
 * the least log10 p. Draws are seeded by construction, shape and number.
 */
import { parseArgs } from "node:util";
import { LocalCompute } from "../dist/kernels/compute.js";
import { examineAncestry } from "../dist/labs/weights/examine.js";
import { METHOD_VERSION, SEED_DEFAULT } from "../dist/labs/weights/method.js";
import {
  CONSTRUCTIONS,
  type Construction,
  type Made,
  makePair,
  readerOf,
  TINY,
} from "../materials/weights/structured.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "100" },
    shapes: { type: "string", default: "32x64x1,32x64x2,48x96x1,64x128x1" },
    rows: { type: "string", default: "^one default seed" },
    minutes: { type: "string", default: "60" },
  },
});
const ALPHA = -6;
const ROOT = `sha256:${"0".repeat(64)}` as const;
const until = Date.now() + Number(values.minutes) * 60_000;
const asked = new RegExp(values.rows);
// Constructions that set a second size of their own are not made at every shape.
const rows = CONSTRUCTIONS.filter((c) => asked.test(c.id) && !c.second && !c.experts);

for (const shape of values.shapes.split(",")) {
  const [hidden, units, layers] = shape.split("x").map(Number) as [number, number, number];
  const size = { ...TINY, hidden, units, layers, heads: 1, headDim: 16, vocabulary: 64 };
  for (const row of rows) {
    let [pairs, accused, least] = [0, 0, 0];
    for (; pairs < Number(values.pairs) && Date.now() < until; pairs++) {
      const log10P = await exact(row, `narrow ${shape} ${row.id} ${pairs}`, size);
      if (log10P <= ALPHA) accused++;
      least = Math.min(least, log10P);
    }
    console.log(JSON.stringify({ version: METHOD_VERSION, shape, row: row.id, pairs, accused, least }));
  }
}

async function exact(row: Construction, name: string, size: typeof TINY): Promise<number> {
  const [a, b] = makePair(row, name, [`${name} a`, `${name} b`], size);
  const side = ({ model }: Made) => ({
    reading: { kind: "model" as const, model },
    vocabulary: null,
    identity: Promise.resolve({ artefact: { name: "made", kind: "model" as const, root: ROOT }, evidence: [] }),
  });
  const finding = await examineAncestry({
    reference: side(a),
    suspect: side(b),
    disguises: "left",
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    validations: [],
    software: { name: "assay", version: "study", commit: "study" },
    compute: new LocalCompute(readerOf(a, b)),
    work: { concurrency: 1, onProgress: () => {} },
  });
  return finding.tests.find(({ id }) => id === "combined")!.log10P;
}
