/** Files of states made for tests: what every model sees in a prompt, and what one of them alone does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prng } from "../../../src/base/prng.js";
import { centredGram, writeStates } from "../../../src/transcript/states-file.js";

const N = 40;
export const PURPOSES = Array.from({ length: N }, (_, i) => (i < 16 ? (i % 2 ? "harmless" : "harmful") : "plain"));
/** Of three layers. */
export function statesOf(name: string, { width = 12, like = name, turned = false, digest = "0" } = {}): Uint8Array {
  const source = (of: string) => {
    const drawn = prng("test/states", of);
    return () => [0, 8, 16, 24].reduce((sum, shift) => sum + ((drawn.uint32() >>> shift) & 255), 0) / 147 - 3.5;
  };
  const [all, own] = [source("all"), source(like)];
  const common = Array.from({ length: N }, () => Array.from({ length: width }, all));
  const grams = [0, 1, 2].map(() => {
    const rows = common.map((row) => Float64Array.from(row, (value) => 0.5 * value + own()));
    return centredGram(turned ? rows.map((row) => row.slice().reverse()) : rows);
  });
  const promptsDigest = `sha256:${digest.repeat(64)}` as const;
  return writeStates({ model: `made:${name}`, promptsDigest, purposes: PURPOSES, chat: false, width, grams });
}

/** Eight lineages, one of them with two models. */
export function writeStatesPanel(folder: string): void {
  mkdirSync(folder);
  for (let i = 0; i < 8; i++) writeFileSync(join(folder, `p${i}.states.json`), statesOf(`p${i}`));
  // Two of one base and one set are one lineage: their pair is nobody's stranger.
  writeFileSync(join(folder, "p8.states.json"), statesOf("p8", { like: "p0" }));
  const lineage = { base: { open: ["p0", "p8"] }, data: { public: ["p0", "p8"] } };
  writeFileSync(join(folder, "lineage.json"), JSON.stringify(lineage));
}
