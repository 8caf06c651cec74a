/**
 * Documented copying: classes and functions of one library of models that a line above them says were "Copied from"
 * another file of the library, some with names replaced. Of every two files the copies are found where the file copied
 * from, as claimant, and the file that says so, as suspect, are examined alone, by an index of other makers; the lines
 * themselves are comments and are not looked at. Written to standard output; nothing of it is in the study's counts, since
 * one maker wrote both sides.
 *
 *   pip download --no-deps transformers==4.46.3 && unzip -d TREE transformers-*.whl '*.py'
 *   node validation/code/copied-from.ts TREE/transformers/models PRINTS/python
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../../dist/base/bytes.js";
import { sha256Digest, sha256Hex } from "../../dist/base/digest.js";
import { printTree } from "../../dist/labs/code/host/printed-tree.js";
import { treeOf } from "../../dist/labs/code/host/source-tree.js";
import { EXCLUSIVE_MIN, PRINT_TOKENS, STUDY_NULL } from "../../dist/labs/code/method.js";
import { containment, type Maker, type Unit } from "../../dist/labs/code/prints/containment.js";
import { joinSets, printSet } from "../../dist/labs/code/prints/prints.js";
import { loadMakers } from "./shared-prints.ts";

const [models, prints] = process.argv.slice(2) as [string, string];
/** Pairs of files examined, drawn by digest: each costs a second or two. */
const PAIRS_MAX = Number(process.env.PAIRS_MAX ?? 120);
const SAID = /# Copied from transformers\.models\.(\w+)\.(\w+)\.(\w+)/g;

const makers: Maker[] = loadMakers(prints)
  .filter(({ maker }) => !["huggingface", "adapterhub", "thilina"].includes(maker))
  .map(({ maker, prints: of }) => {
    const sets = of.map((each) => printSet(new Uint32Array(each.buffer)));
    return { maker, languages: new Set(["python" as const]), prints: (k) => sets[k]! };
  });

interface Said {
  from: string;
  to: string;
  names: string[];
}
const said: Said[] = [];
for (const folder of readdirSync(models)) {
  if (!statSync(join(models, folder)).isDirectory()) continue;
  for (const file of readdirSync(join(models, folder)).filter((name) => /^modeling_\w+\.py$/.test(name))) {
    const of = new Map<string, Set<string>>();
    for (const [, model, module, name] of readFileSync(join(models, folder, file), "utf8").matchAll(SAID)) {
      const from = `${model}/${module}.py`;
      if (from !== `${folder}/${file}` && /^modeling_/.test(module!))
        of.set(from, (of.get(from) ?? new Set()).add(name!));
    }
    for (const [from, names] of of) said.push({ from, to: `${folder}/${file}`, names: [...names] });
  }
}
const order = ({ from, to }: Said) => sha256Hex(utf8(`assay-copied-from ${from} ${to}`));
said.sort((a, b) => (order(a) < order(b) ? -1 : 1));

async function unitsOf(path: string): Promise<readonly Unit[] | null> {
  try {
    const bytes = readFileSync(join(models, path));
    const tree = treeOf(path, [{ path, bytes, digest: sha256Digest(bytes) }]);
    return (await printTree(tree, "units", () => {})).units;
  } catch {
    return null;
  }
}
const whole = (units: readonly Unit[]) =>
  PRINT_TOKENS.map((_, k) => joinSets(units.filter(({ name }) => name === "").map(({ prints: of }) => of[k]!)));

let [pairs, large, found, foundLarge] = [0, 0, 0, 0];
const scores: number[] = [];
for (const { from, to, names } of said) {
  if (pairs === PAIRS_MAX) break;
  const [a, b] = [await unitsOf(from), await unitsOf(to)];
  if (!a?.length || !b?.length) continue;
  const [forward, turned] = [containment(a, whole(b), makers), containment(b, whole(a), makers)];
  const statistic = Math.min(forward.max, turned.max);
  // Copied classes that are long enough to be scored by themselves.
  const scored = a.some(
    ({ name, prints: of }) => names.includes(name) && of.every((set) => set.length / 2 >= EXCLUSIVE_MIN),
  );
  pairs++;
  if (scored) large++;
  if (statistic > STUDY_NULL.bound) found++;
  if (scored && statistic > STUDY_NULL.bound) foundLarge++;
  scores.push(statistic);
  process.stdout.write(`${from}\t${to}\t${names.length}\t${scored}\t${statistic.toFixed(3)}\n`);
}
scores.sort((x, y) => x - y);
process.stdout.write(
  `${found} of ${pairs} pairs of files above ${STUDY_NULL.bound} (of ${said.length} documented), ${foundLarge} of the ${large} in which a copied class has ${EXCLUSIVE_MIN} prints; median ${scores[scores.length >> 1]?.toFixed(3)}; index of ${makers.length} makers\n`,
);
