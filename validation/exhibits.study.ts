/**
 * What published likenesses reach on the bank: unrelated pairs of equal shape and derived pairs, through the laboratory's
 * own exhibits. Writes src/labs/weights/exhibits/known-rates.json, which every page quotes.
 *
 *   npm run build && node validation/exhibits.study.ts --zoo ../shared/zoo [--children FOLDER] [--partners 3]
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exhibitsOf } from "../dist/labs/weights/exhibits/exhibits.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import { type Loaded, loadAll, pool } from "../materials/weights/models.ts";

const { values: options } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    children: { type: "string" },
    partners: { type: "string", default: "3" },
  },
});

async function likenesses(a: Loaded, b: Loaded): Promise<[string, number][]> {
  const { likenesses: found } = await exhibitsOf(
    {
      reference: a.model,
      suspect: b.model,
      vocabularies: { reference: a.vocabulary, suspect: b.vocabulary },
      settings: { seed: SEED_DEFAULT, rows: "sampled" },
      compute: pool,
      work: { concurrency: 2, onProgress: () => {} },
    },
    true,
  );
  return found.flatMap(({ id, value }) => (value === null ? [] : [[id, value] as [string, number]]));
}

const bank = (await loadAll(join(options.zoo, "bank"), "bank")).filter((m) => !m.name.endsWith("-same-seed"));
const values = { unrelated: new Map<string, number[]>(), derived: new Map<string, number[]>() };
const note = (row: keyof typeof values, found: [string, number][]) => {
  for (const [id, value] of found) values[row].set(id, [...(values[row].get(id) ?? []), value]);
};
for (const [i, a] of bank.entries())
  for (let k = 1; k <= Number(options.partners); k++) {
    const b = bank[i + k];
    if (b && a.name[0] === b.name[0]) note("unrelated", await likenesses(a, b));
  }
if (options.children)
  for (const child of await loadAll(options.children, "child")) {
    const parent = bank.find((m) => child.parents.includes(m.name));
    if (parent && ["tuned", "continued"].includes(child.how)) note("derived", await likenesses(parent, child));
  }

const digits = (x: number) => Number(x.toPrecision(3));
const rates = Object.fromEntries(
  [...values.unrelated].map(([id, of]) => {
    const sorted = of.toSorted((x, y) => x - y);
    const children = values.derived.get(id) ?? [];
    const small = id === "ghostspec";
    return [
      id,
      {
        pairs: of.length,
        median: digits(sorted[Math.floor(sorted.length / 2)]!),
        extreme: digits(small ? sorted[0]! : sorted.at(-1)!),
        derivedPairs: children.length,
        derivedExtreme: digits(small ? Math.max(...children) : Math.min(...children)),
      },
    ];
  }),
);
const out = new URL("../src/labs/weights/exhibits/known-rates.json", import.meta.url).pathname;
writeFileSync(out, `${JSON.stringify({ likenesses: options.children ? rates : {} }, null, 2)}\n`);
process.stderr.write(`${JSON.stringify(rates)}\n`);
await pool.close();
