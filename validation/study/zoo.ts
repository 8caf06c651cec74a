/** Every pair of the zoo against its manifest: derived when the two share an ancestor by `parents`. */
import { readFileSync } from "node:fs";
import { examinePair, type Loaded, type PairResult } from "../../materials/weights/models.ts";

export interface ZooPair extends PairResult {
  derived: boolean;
  disguised: boolean;
}

export async function zooTable(
  models: Loaded[],
  manifestPath: string,
): Promise<{ pairs: ZooPair[]; wrong: ZooPair[] }> {
  const manifest: Record<string, { parents: string[] }> = JSON.parse(readFileSync(manifestPath, "utf8"));
  const ancestors = (name: string): Set<string> =>
    new Set([name, ...manifest[name]!.parents.flatMap((p) => [...ancestors(p)])]);
  const root = (name: string): string => [...ancestors(name)].find((x) => manifest[x]!.parents.length === 0)!;
  const pairs: ZooPair[] = [];
  for (const [i, a] of models.entries())
    for (const b of models.slice(i + 1)) {
      const result = await examinePair(a, b);
      const derived = [...ancestors(a.name)].some((x) => ancestors(b.name).has(x));
      const disguised = a.name === "disguised" || b.name === "disguised";
      pairs.push({
        a: a.name,
        b: b.name,
        kind: "zoo",
        derived,
        disguised,
        familyA: root(a.name),
        familyB: root(b.name),
        ...result,
      });
    }
  const wrong = pairs.filter((p) => p.log10P <= -6 !== p.derived && !(p.derived && p.disguised));
  return { pairs, wrong };
}
