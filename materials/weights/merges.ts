/** Merges by their published recipes: linear, SLERP, task arithmetic, DARE (2311.03099), TIES (2306.01708). */
import type { InMemory } from "./values.ts";

type Recipe = (base: Float32Array, parents: Float32Array[]) => Float32Array;

/** @returns what each is, what should be said, and the model */
export function merges(base: InMemory, parents: InMemory[], draw: () => number): [string, string, InMemory][] {
  const made = (recipe: Recipe): InMemory => ({
    ...base,
    values: new Map(
      [...base.values].map(([name, v]) => [
        name,
        recipe(
          v,
          parents.map((p) => p.values.get(name)!),
        ),
      ]),
    ),
  });
  /** Kept with this probability: a normal draw below its quantile. */
  const keeps = { 0.5: 0, 0.1: -1.2816 } as const;
  const dare =
    (keep: keyof typeof keeps): Recipe =>
    (b, ps) =>
      b.map((x, i) => {
        let sum = x;
        for (const p of ps) if (draw() < keeps[keep]) sum += (0.5 / keep) * (p[i]! - x);
        return sum;
      });
  return [
    ...[0.1, 0.3, 0.5].map((w): [string, string, InMemory] => [
      `linear merge ${1 - w} and ${w}`,
      "merged",
      made((_, [p, q]) => p!.map((x, i) => (1 - w) * x + w * q![i]!)),
    ]),
    ["SLERP, halfway", "merged", made((_, [p, q]) => slerp(p!, q!, 0.5))],
    ["task arithmetic 1.5", "rescaled", made((b, [p]) => b.map((x, i) => x + 1.5 * (p![i]! - x)))],
    ["DARE, half kept", "merged", made(dare(0.5))],
    ["DARE, a tenth kept", "merged", made(dare(0.1))],
    ...[0.2, 0.5].map((keep): [string, string, InMemory] => [
      `TIES, ${100 * keep} % kept`,
      "merged",
      made((b, ps) => ties(b, ps, keep)),
    ]),
  ];
}

function slerp(p: Float32Array, q: Float32Array, t: number): Float32Array {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, x, i) => s + x * b[i]!, 0);
  const angle = Math.acos(Math.min(1, dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q))));
  if (angle < 1e-6) return p.map((x, i) => (1 - t) * x + t * q[i]!);
  const [w, v] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  return p.map((x, i) => w * x + v * q[i]!);
}

/** Trim, elect, merge, with a factor of one. */
function ties(base: Float32Array, parents: Float32Array[], keep: number): Float32Array {
  const trimmed = parents.map((p) => {
    const d = p.map((x, i) => x - base[i]!);
    const least = d.map(Math.abs).toSorted()[Math.floor((1 - keep) * d.length)]!;
    return d.map((x) => (Math.abs(x) < least ? 0 : x));
  });
  return base.map((x, i) => {
    const all = trimmed.map((d) => d[i]!);
    const sign = Math.sign(all.reduce((s, d) => s + d, 0));
    const agree = all.filter((d) => d !== 0 && Math.sign(d) === sign);
    return agree.length === 0 ? x : x + agree.reduce((s, d) => s + d, 0) / agree.length;
  });
}
