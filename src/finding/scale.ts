/**
 * The verbal scale: versioned, hashed data, printed whole on every page. At a boundary the lower term. A changed term or
 * bound is a new file with a new id; the old one stays, for the findings that were made by it.
 */
import { canonicalJsonBytes } from "../base/canonical-json.js";
import { type Digest, sha256Digest } from "../base/digest.js";
import enfsi2015 from "./scales/enfsi-2015.json" with { type: "json" };

export interface Scale {
  id: string;
  source: string;
  rule: string;
  /** `above` is a log10 likelihood ratio, exclusive; ascending; the first band has none. */
  bands: { above: number | null; term: string }[];
}

/** By this a term is chosen today. */
export const SCALE: Scale = enfsi2015;

/** Digest of the scale's canonical JSON. */
export const SCALE_DIGEST: Digest = sha256Digest(canonicalJsonBytes(SCALE));

/** The term for a log10 likelihood ratio. */
export function scaleTerm(log10LR: number, scale: Scale = SCALE): string {
  let term = scale.bands[0]!.term;
  for (const band of scale.bands) if (band.above !== null && log10LR > band.above) term = band.term;
  return term;
}
