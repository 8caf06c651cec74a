/**
 * One detection by a build's own scoring, in a process of its own: what bench/commands.ts measures of the marks.
 *   node bench/detect-one.ts CHECKOUT contexts | synthid
 * "contexts": KGW tests of a megatoken over 64,000 contexts, twice. "synthid": detection of a megatoken over 30 layers
 * of the transformers' variant, warm. Synthetic ids, each context followed by one of 16.
 */
import { join, resolve } from "node:path";

const [checkout, what] = process.argv.slice(2);
const from = (path: string) => import(join(resolve(checkout!), "dist", path));
const { TokenDraws } = await from("kernels/token-draws.js");
const VOCABULARY = 128_256;
const TOKENS = 1_000_000;
const CONTEXTS = 64_000;
const FOLLOWERS = 16;

/** Which of a context's followers comes is told by a counter that visits all. */
const ids = Uint32Array.from({ length: TOKENS }, (_, i) => {
  const follower = Math.floor(i / CONTEXTS) % FOLLOWERS;
  return ((Math.imul((i % CONTEXTS) + 1, 0x85ebca6b) + Math.imul(follower, 0xc2b2ae35)) >>> 0) % VOCABULARY;
});
if (what === "contexts") {
  const { GreenLists } = await from("labs/marks/schemes/green-lists.js");
  const lists = new GreenLists(new TokenDraws(), VOCABULARY, VOCABULARY / 4, false);
  const seeds = Uint32Array.from({ length: TOKENS }, (_, i) => Math.imul((i % CONTEXTS) + 1, 0x9e3779b1) >>> 0);
  for (let time = 0; time < 2; time++) lists.test(seeds, ids);
} else if (what === "synthid") {
  const { schemeOf } = await from("labs/marks/schemes/make-scheme.js");
  const { parseMark } = await from("labs/marks/schemes/mark-file.js");
  const { scoreTexts } = await from("labs/marks/text/score-texts.js");
  const key = Array.from({ length: 30 }, (_, i) => 1_000_003 * (i + 1));
  const mark = { type: "assay/mark/v1", vocabulary: VOCABULARY, scheme: "synthid", variant: "transformers", key };
  const scheme = schemeOf(parseMark(mark, "mark"), new TokenDraws());
  for (let time = 0; time < 2; time++)
    scoreTexts(scheme, [{ id: "1", ids, promptIds: new Uint32Array(0) }], { vocabulary: VOCABULARY });
} else throw new Error("expected contexts or synthid");
