/** Where the trained models and vectors lie that do not ship with the repository. Tests that need them skip without. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export const SHARED = resolve(process.env.ASSAY_SHARED ?? "../shared");
export const HAS_SHARED = existsSync(SHARED);

/** Said once a run, so that a skip is never silent. */
export default function setup(): void {
  if (!HAS_SHARED) console.warn(`tests that need shared material are skipped: ${SHARED} is not there`);
}
