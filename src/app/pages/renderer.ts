/**
 * All that writes the pages of this version, in one place: what tools/renderers.ts builds into one file, to be kept. Its
 * exports are the contract with every kept renderer of the second form, so none of them ever changes its meaning.
 */

// biome-ignore lint/performance/noBarrelFile: the entry of a built file
export { renderOriginPage as originPage } from "../../report/audit/origin-page.js";
export { renderAuditPage as auditPage } from "../../report/audit/report-page.js";
export { howToVerify } from "../bundle/how-to-verify.js";
export { pageWriter } from "./write-page.js";
