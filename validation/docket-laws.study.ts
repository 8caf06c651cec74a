/**
 * Laws over random admissible histories (materials/docket/laws.ts), and the size of a case: figures of validation/docket.md.
 *   npm run build && node validation/docket-laws.study.ts [histories in all, default 100000]
 *   npm run build && node validation/docket-laws.study.ts size
 * Resumable: histories are named by their number, and counting goes on where docket-laws.json stands. What is tested is the
 * fold and its gates: histories are made in memory, without signatures, keys and log, which admission judges.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import type { CaseEntry } from "../dist/office/docket/fold/case-state.js";
import { fold, rulesOf } from "../dist/office/docket/fold/fold.js";
import { SHIPPED_PACKS, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { history } from "../materials/docket/histories.ts";
import { broken } from "../materials/docket/laws.ts";

const OUT = "validation/docket-laws.json";
/** Histories of one round; each is folded between the steps of the one before it in the round. */
const ROUND = 50;
interface OfPack {
  histories: number;
  entries: number;
  faults: string[];
  decided: number;
  /** Histories with an order of each rung. */
  ordersByRung: Record<string, number>;
  /** Histories by the state in which they end. */
  ends: Record<string, number>;
  appealed: number;
  voided: number;
}
interface Figures {
  seed: string;
  steps: number;
  without: string;
  packs: Record<string, OfPack>;
  size?: { entries: number; foldMs: number[]; median: number };
}
const figures: Figures = {
  seed: "study <pack> <number>",
  steps: 80,
  without: "signatures, keys and log: the fold and its gates are what is tested",
  packs: {},
  ...(existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {}),
};
const save = () => {
  writeFileSync(`${OUT}.new`, `${JSON.stringify(figures, null, 2)}\n`);
  renameSync(`${OUT}.new`, OUT);
};

if (process.argv[2] === "size") size();
else laws(Number(process.argv[2] ?? 100_000));

function laws(wanted: number): void {
  const packs = SHIPPED_PACKS.map((pack) => ({ id: pack.data.id, rules: rulesOf(pack, WEEKENDS_ONLY) }));
  for (const { id } of packs)
    figures.packs[id] ??= {
      histories: 0,
      entries: 0,
      faults: [],
      decided: 0,
      ordersByRung: {},
      ends: {},
      appealed: 0,
      voided: 0,
    };
  for (;;) {
    const done = packs.map(({ id }) => figures.packs[id]!.histories);
    if (done.reduce((a, b) => a + b) >= wanted) break;
    // A history of names on the network takes a third of the time: three of them for one of the other.
    const next = done[1]! >= 3 * done[0]! ? packs[0]! : packs[1]!;
    const at = figures.packs[next.id]!;
    const { rules } = next;
    let before: CaseEntry[] = [];
    for (let n = 0; n < ROUND; n++) {
      const entries = history(rules, `study ${next.id} ${at.histories}`, figures.steps);
      const draw = prng("assay/docket-laws/v1", `${next.id} ${at.histories}`);
      for (const fault of broken(entries, rules, draw, before)) at.faults.push(`${at.histories}: ${fault}`);
      before = entries;
      count(at, entries);
      const { state } = fold(rules, entries, entries.at(-1)!.received);
      at.ends[state] = (at.ends[state] ?? 0) + 1;
    }
    save();
  }
  console.log(JSON.stringify(figures.packs));
}

function count(at: OfPack, entries: readonly CaseEntry[]): void {
  const has = (kind: string) => Number(entries.some((entry) => entry.kind === kind));
  at.histories++;
  at.entries += entries.length;
  at.decided += has("decision");
  at.appealed += has("appeal.decided");
  at.voided += has("examination.void");
  for (const rung of new Set(entries.filter(({ kind }) => kind === "order").map(({ facts }) => String(facts.rung))))
    at.ordersByRung[rung] = (at.ordersByRung[rung] ?? 0) + 1;
}

/** 10,000 entries of one case: most of a real docket is custody and inspection. */
function size(): void {
  const { id, rules } = SHIPPED_PACKS.map((pack) => ({ id: pack.data.id, rules: rulesOf(pack, WEEKENDS_ONLY) }))[0]!;
  const from = 1_780_000_000;
  const begun = [
    ["complaint", "complainant", { members: 1, fee: "paid" }],
    ["notice", "registrar", {}],
  ] as const;
  const entries: CaseEntry[] = begun.map(([kind, role, facts], seq) => ({
    seq,
    kind,
    role,
    key: role,
    statement: `sha256:begun ${seq}`,
    received: from,
    facts,
  }));
  for (let n = entries.length; n < 10_000; n++)
    entries.push({
      seq: n,
      kind: n % 2 === 0 ? "preservation" : "delay.explained",
      role: "registrar",
      key: "registrar",
      statement: `sha256:${String(n).padStart(64, "0")}`,
      received: from + n,
      facts: n % 2 === 0 ? {} : { timer: "response", because: "none" },
    });
  const foldMs: number[] = [];
  for (let run = 0; run < 21; run++) {
    const began = performance.now();
    const state = fold(rules, entries, from + 20_000);
    foldMs.push(Math.round((performance.now() - began) * 10) / 10);
    if (state.refused.length > 0) throw new Error(`${id}: ${state.refused[0]!.says}`);
  }
  figures.size = { entries: entries.length, foldMs, median: [...foldMs].sort((a, b) => a - b)[10]! };
  save();
  console.log(JSON.stringify(figures.size));
}
