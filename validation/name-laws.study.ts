/**
 * Names are bytes, at full size: all names of up to three bytes; 60,000 drawn ones beside a model that holds their
 * likenesses; 100,000 random trees, each signed, checked, changed in one place, and checked again. Interrupted, it goes on
 * where it was: every 1,000 trees are kept in the file of results.
 *   npm run build && node validation/name-laws.study.ts [--trees N] [--out FILE]
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Change,
  changedTrees,
  likenesses,
  type NamesSeen,
  namesBeginning,
  newSigner,
  OCTETS,
} from "../materials/register/odd-names.ts";

const { values } = parseArgs({
  options: {
    trees: { type: "string", default: "100000" },
    out: { type: "string", default: "validation/name-laws.json" },
  },
});
const TREES = Number(values.trees);
const CHUNK = 1000;

interface Results {
  date: string;
  command: string;
  names: NamesSeen | null;
  besideAModel: { drawn: number; added: number; seen: number } | null;
  trees: { seed: string; done: number; changes: Partial<Record<Change, number>>; unseen: number[] };
}

const results: Results = existsSync(values.out)
  ? JSON.parse(readFileSync(values.out, "utf8"))
  : {
      date: "",
      command: "node validation/name-laws.study.ts",
      names: null,
      besideAModel: null,
      trees: { seed: "test/trees, number of the tree", done: 0, changes: {}, unseen: [] },
    };
const keep = () => {
  results.date = new Date().toISOString().slice(0, 10);
  writeFileSync(`${values.out}.tmp`, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(`${values.out}.tmp`, values.out);
};

const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "assay-names-"));
try {
  newSigner(folder);
  if (!results.names) {
    const all = { names: 0, stated: 0, wrong: 0 };
    for (const first of OCTETS) {
      const { names, stated, wrong } = namesBeginning(first, OCTETS);
      all.names += names;
      all.stated += stated;
      all.wrong += wrong;
    }
    results.names = all;
    keep();
    console.error(JSON.stringify(all));
  }
  if (!results.besideAModel) {
    results.besideAModel = { drawn: 60_000, ...(await likenesses(folder, 60_000)) };
    keep();
    console.error(JSON.stringify(results.besideAModel));
  }
  const tree = changedTrees(folder);
  while (results.trees.done < TREES) {
    const { done, changes, unseen } = results.trees;
    const end = Math.min(TREES, done + CHUNK);
    for (let i = done; i < end; i++) {
      const { change, seen } = await tree(i);
      changes[change] = (changes[change] ?? 0) + 1;
      if (!seen) unseen.push(i);
    }
    results.trees.done = end;
    keep();
    console.error(`${new Date().toISOString()} ${end} trees, unseen ${unseen.length}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify(results));
