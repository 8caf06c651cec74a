/**
 * More than a common draw? Whoever starts from one public seed leans to the draw as plainly as a child does, and copied
 * nothing. But each then changed by itself: beside the draw, of what the one changed, a second run holds a part at the
 * most, and a child the whole, since what it learned later is nearly at right angles to what it began with. Both are
 * scaled so that they have the draw alike; with t the draw and A, B the two, a = ⟨A,t⟩/⟨t,t⟩ and b likewise,
 *   held = ⟨A/a − t, B/b − t⟩ / |A/a − t|² = (⟨A,B⟩/(ab) − ⟨t,t⟩) / (⟨A,A⟩/a² − ⟨t,t⟩).
 * It refuses and never accuses: the p of the anchor stays what it is. Figures and limits: validation/weights-init-anchor.md.
 */

/** Sums of products of one matrix of the draw with the same one of the reference and of the suspect. */
export interface Products {
  drawDraw: number;
  referenceDraw: number;
  referenceReference: number;
  suspectDraw: number;
  suspectSuspect: number;
  referenceSuspect: number;
}

/** Medians over matrices. */
export interface HeldChange {
  matrices: number;
  /** Cosine with the draw: what moved little shows too little change to ask about. */
  reference: { lean: number; heldByOther: number };
  suspect: { lean: number; heldByOther: number };
}

/** Two runs from one draw hold up to 0.71 of one another's change, children 0.78 and more of their parent's. */
const HELD_MIN = 0.9;
const HELD_MAX = 1.5;
/** After some dozens of steps in large batches two runs have moved alike, by little: up to 0.91 was seen from 0.95 on. */
const LEAN_MAX = 0.9;

/**
 * Parameters of the largest draw of which two runs were seen not to hold one another's change (the zoo's shape, 0.81
 * million). How near two runs of larger models come was not measured: there nothing is concluded from it.
 */
export const PARAMETERS_MAX = 810_000;

/** @returns null where no matrix leans to the draw in both */
export function heldChange(products: readonly Products[]): HeldChange | null {
  const asked = products.filter((p) => p.drawDraw > 0 && p.referenceDraw > 0 && p.suspectDraw > 0);
  if (asked.length === 0) return null;
  const of = (read: (p: Products) => number) => median(asked.map(read));
  return {
    matrices: asked.length,
    reference: {
      lean: of((p) => p.referenceDraw / Math.sqrt(p.drawDraw * p.referenceReference)),
      heldByOther: of((p) => held(p, p.referenceDraw, p.referenceReference)),
    },
    suspect: {
      lean: of((p) => p.suspectDraw / Math.sqrt(p.drawDraw * p.suspectSuspect)),
      heldByOther: of((p) => held(p, p.suspectDraw, p.suspectSuspect)),
    },
  };
}

/** Whether the one holds what the other changed: either may have been made from the other. */
export function isHeldWhole({ reference, suspect }: HeldChange): boolean {
  return [reference, suspect].some(
    ({ lean, heldByOther }) => lean <= LEAN_MAX && heldByOther >= HELD_MIN && heldByOther <= HELD_MAX,
  );
}

function held(
  { drawDraw, referenceDraw, suspectDraw, referenceSuspect }: Products,
  ownDraw: number,
  ownOwn: number,
): number {
  const scales = (referenceDraw / drawDraw) * (suspectDraw / drawDraw);
  const change = ownOwn / (ownDraw / drawDraw) ** 2 - drawDraw;
  return change > 0 ? (referenceSuspect / scales - drawDraw) / change : 0;
}

function median(values: number[]): number {
  const sorted = values.sort((x, y) => x - y);
  const half = sorted.length >> 1;
  const mean = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return Math.round(mean * 1e4) / 1e4 + 0;
}
