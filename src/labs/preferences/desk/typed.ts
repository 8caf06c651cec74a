/** How a request of the preferences laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */

/** Paths alone: nothing is set. */
export function preferencesTyped(): string {
  return "REFERENCE SUSPECT --panel DIR";
}
