/** The laboratories, one line each: the only place where the house knows them by name. */
// biome-ignore-all lint/performance/noBarrelFile: a list of records, read whole by known.ts
export { behaviour } from "../labs/behaviour/laboratory.js";
export { code } from "../labs/code/laboratory.js";
export { marks } from "../labs/marks/laboratory.js";
export { membership } from "../labs/membership/laboratory.js";
export { preferences } from "../labs/preferences/laboratory.js";
export { traffic } from "../labs/traffic/laboratory.js";
export { weights } from "../labs/weights/laboratory.js";
