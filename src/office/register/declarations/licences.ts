/**
 * What well-known licences ask of derived models, as far as it can be read off two licence names: no derivatives, same
 * terms for derivatives, no commercial use. Sources: the licence texts (SPDX identifiers and Hugging Face names). A
 * licence that is not listed gives no remark; none of this is legal advice.
 */
interface Terms {
  noDerivatives?: true;
  /** Derivatives carry these terms; also acceptable under the licences named. */
  passesOn?: readonly string[];
  nonCommercial?: true;
}

const TERMS: Record<string, Terms> = {
  "cc-by-nd-4.0": { noDerivatives: true },
  "cc-by-nc-nd-4.0": { noDerivatives: true, nonCommercial: true },
  "cc-by-sa-4.0": { passesOn: ["gpl-3.0"] },
  "cc-by-nc-sa-4.0": { passesOn: [], nonCommercial: true },
  "cc-by-nc-4.0": { nonCommercial: true },
  "cc-by-nc-2.0": { nonCommercial: true },
  "gpl-3.0": { passesOn: ["agpl-3.0"] },
  "agpl-3.0": { passesOn: [] },
  llama2: { passesOn: [] },
  llama3: { passesOn: [] },
  "llama3.1": { passesOn: [] },
  "llama3.2": { passesOn: [] },
  "llama3.3": { passesOn: [] },
  gemma: { passesOn: [] },
  "bigscience-bloom-rail-1.0": { passesOn: [] },
};
/** Licences that let anyone use a model commercially. */
const PERMISSIVE = ["apache-2.0", "mit", "bsd-3-clause", "bsd-2-clause", "cc-by-4.0", "cc0-1.0", "unlicense"];

/** What the base's licence says against the derived model's, in a sentence; null when nothing is known to. */
export function licenceConflict(base: string | null, derived: string | null): string | null {
  if (base === null) return null;
  const terms = TERMS[normal(base)];
  if (!terms) return null;
  if (terms.noDerivatives) return `the base's licence ${base} permits no derivatives`;
  if (derived === null) return null;
  const own = normal(derived);
  if (terms.passesOn && own !== normal(base) && !terms.passesOn.includes(own) && PERMISSIVE.includes(own))
    return `the base's licence ${base} passes on to derivatives; this one is offered under ${derived}`;
  if (terms.nonCommercial && PERMISSIVE.includes(own))
    return `the base's licence ${base} permits no commercial use; this one is offered under ${derived}`;
  return null;
}

function normal(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/-(only|or-later)$/, "");
}
