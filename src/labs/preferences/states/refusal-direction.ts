/**
 * A refusal direction per layer, after Arditi et al. 2024 (arXiv 2406.11717): the mean state over harmful requests less that
 * over harmless ones. Directions of two models lie in two spaces, even of one width; what can be compared is how far each
 * prompt reaches along its own model's direction. A direction from half of the pairs is used on the other half, and what all
 * harmful prompts have in common is taken out of their projections, so that neither the direction's own prompts nor the
 * label, which every model tells apart a little, makes two models alike.
 */
import { product } from "../../../stats/kernel-alignment.js";

/** Pairs of a harmful and a harmless request, in the set's order; fewer give no direction. */
const PAIRS_MIN = 8;

/**
 * Projections of requests, about their class's mean in their half, of length 1; noughts where the direction is none.
 * @param gram inner products, row by row @param purposes "harmful", "harmless" or anything else, a prompt each
 * @returns null where there are too few pairs
 */
export function refusalProjections(gram: Float64Array, purposes: readonly (string | null)[]): Float64Array | null {
  const n = purposes.length;
  const classes = ["harmful", "harmless"].map((name) =>
    purposes.flatMap((purpose, i) => (purpose === name ? [i] : [])),
  ) as [number[], number[]];
  const pairs = Math.min(classes[0].length, classes[1].length);
  if (pairs < PAIRS_MIN || classes[0].length !== classes[1].length) return null;
  const out = new Float64Array(2 * pairs);
  for (const half of [0, 1]) {
    const learns = new Float64Array(n);
    for (let p = 1 - half; p < pairs; p += 2) {
      learns[classes[0][p]!] = 1;
      learns[classes[1][p]!] = -1;
    }
    const along = Float64Array.from({ length: n }, (_, i) => product(gram.subarray(i * n, (i + 1) * n), learns));
    const squares = product(along, learns);
    if (!(squares > 0)) continue;
    const length = Math.sqrt(squares);
    for (const [c, members] of classes.entries()) {
      const asked = members.flatMap((prompt, p) => (p % 2 === half ? [{ prompt, p }] : []));
      const mean = asked.reduce((sum, { prompt }) => sum + along[prompt]!, 0) / asked.length;
      for (const { prompt, p } of asked) out[c * pairs + p] = (along[prompt]! - mean) / length;
    }
  }
  const length = Math.sqrt(product(out, out));
  return length > 0 ? out.map((value) => value / length) : out;
}
