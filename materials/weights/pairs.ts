/** Which models are held against which as presumed-unrelated pairs: all of them, in a ring, or one kind against another. */
import type { Loaded, Pair } from "./models.ts";

/** Every pair of different families, each kind named by whether the shapes agree. */
export function allPairs(models: Loaded[]): Pair[] {
  const out: Pair[] = [];
  for (const [i, a] of models.entries())
    for (const b of models.slice(i + 1)) {
      // A lawful coincidence is no null: pairs of one seed stand under hazards.
      if (a.family !== b.family) out.push({ a, b, kind: shape(a) === shape(b) ? "equal shape" : "unequal shape" });
    }
  return out;
}

/** Each model with the next `partners` of its shape, in a ring: every model weighs the same, and n stays linear. */
export function ringPairs(models: Loaded[], partners: number): Pair[] {
  const shapes = [...new Set(models.map(shape))];
  return shapes.flatMap((wanted) => {
    const ring = models.filter((m) => shape(m) === wanted);
    const steps = Math.min(partners, Math.floor((ring.length - 1) / 2));
    return ring
      .flatMap((a, i) =>
        Array.from({ length: steps }, (_, step) => ({
          a,
          b: ring[(i + step + 1) % ring.length]!,
          kind: "equal shape",
        })),
      )
      .filter(({ a, b }) => a.family !== b.family);
  });
}

/** Models of one kind against dense ones with a gate of the same width: mixtures, MLPs without a gate. */
export function betweenPairs(others: Loaded[], dense: Loaded[]): Pair[] {
  return others.flatMap((a) =>
    dense.filter((b) => b.model.hidden === a.model.hidden).map((b) => ({ a, b, kind: "another kind" })),
  );
}

function shape({ model: m }: Loaded): string {
  return [m.layers, m.hidden, m.mlpHidden, m.keyValueHeads, m.headDim, m.experts].join("/");
}
