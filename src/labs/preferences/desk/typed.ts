/** How a request of the preferences laboratory is typed again, after `assay examine NAME`; paths are the reader's own. */

export function preferencesTyped(): string {
  return "REFERENCE SUSPECT --panel DIR";
}
