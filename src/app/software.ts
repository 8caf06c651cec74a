/** What made a finding: name, version and commit, fixed when the package was built. */
import type { Finding } from "../finding/finding.js";
import { COMMIT, VERSION } from "./generated/build.js";

export const SOFTWARE: Finding["software"] = { name: "assay", version: VERSION, commit: COMMIT };
