/**
 * Detection of KGW marks as contexts grow: processor time of a megatoken over so many lists, asked for the first time and
 * again. Synthetic tokens: each context is followed by one of 16 ids, as text mostly does.
 *   npm run build && node bench/kgw-contexts.ts [--write]     writes bench/kgw-contexts.json
 */
import { writeFileSync } from "node:fs";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { GreenLists } from "../dist/labs/marks/schemes/green-lists.js";

const VOCABULARY = 128_256;
const TOKENS = 1_000_000;
const FOLLOWERS = 16;

const rows = [8_000, 16_000, 32_000, 64_000, 128_000].map((contexts) => {
  const lists = new GreenLists(new TokenDraws(), VOCABULARY, VOCABULARY / 4, false);
  const seeds = new Uint32Array(TOKENS);
  const tokens = new Uint32Array(TOKENS);
  for (let i = 0; i < TOKENS; i++) {
    // Every context comes up; which of its followers is drawn by a counter that visits all.
    const context = i % contexts;
    seeds[i] = Math.imul(context + 1, 0x9e3779b1) >>> 0;
    tokens[i] =
      (Math.imul(context + 1, 0x85ebca6b) + Math.imul(Math.floor(i / contexts) % FOLLOWERS, 0xc2b2ae35)) >>> 0;
    tokens[i] = tokens[i]! % VOCABULARY;
  }
  const [first, again] = [0, 1].map(() => {
    const before = process.cpuUsage();
    lists.test(seeds, tokens);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  }) as [number, number];
  return {
    contexts,
    firstTokensPerSecond: Math.round(TOKENS / first),
    againTokensPerSecond: Math.round(TOKENS / again),
  };
});
console.table(rows);
const result = { node: process.version, vocabulary: VOCABULARY, tokens: TOKENS, followers: FOLLOWERS, rows };
if (process.argv.includes("--write")) writeFileSync("bench/kgw-contexts.json", `${JSON.stringify(result, null, 2)}\n`);
