/**
 * Laws over random admissible histories (materials/docket/laws.ts), and the size of a case: figures of validation/docket.md.
 *   npm run build && node validation/docket-laws.study.ts [histories of each pack, default 50000]
 *   npm run build && node validation/docket-laws.study.ts size
 * Resumable: histories are named by their number, and counting goes on where docket-laws.json stands.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import type { CaseEntry } from "../dist/office/docket/fold/case-state.js";
import { fold, rulesOf } from "../dist/office/docket/fold/fold.js";
import { SHIPPED_PACKS, WEEKENDS_ONLY } from "../dist/office/docket/packs/shipped.js";
import { history } from "../materials/docket/histories.ts";
import { broken } from "../materials/docket/laws.ts";

const OUT = "validation/docket-laws.json";
interface Figures {
  packs: Record<string, { histories: number; entries: number; faults: string[]; decided: number; ordered: number }>;
  size?: { entries: number; foldMs: number[]; median: number };
}
const figures: Figures = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : { packs: {} };
const save = () => writeFileSync(OUT, `${JSON.stringify(figures, null, 2)}\n`);

if (process.argv[2] === "size") size();
else laws(Number(process.argv[2] ?? 50_000));

function laws(wanted: number): void {
  const packs = SHIPPED_PACKS.map((pack) => ({ id: pack.data.id, rules: rulesOf(pack, WEEKENDS_ONLY) }));
  for (const { id } of packs) figures.packs[id] ??= { histories: 0, entries: 0, faults: [], decided: 0, ordered: 0 };
  for (;;) {
    const next = packs.find(
      ({ id }) =>
        figures.packs[id]!.histories < wanted &&
        packs.every((other) => figures.packs[other.id]!.histories >= figures.packs[id]!.histories),
    );
    if (!next) break;
    const at = figures.packs[next.id]!;
    for (let n = 0; n < 50; n++) {
      const entries = history(next.rules, `study ${next.id} ${at.histories}`);
      for (const fault of broken(entries, next.rules, prng("assay/docket-laws/v1", `${next.id} ${at.histories}`)))
        at.faults.push(`${at.histories}: ${fault}`);
      at.histories++;
      at.entries += entries.length;
      at.decided += Number(entries.some(({ kind }) => kind === "decision"));
      at.ordered += Number(entries.some(({ kind, facts }) => kind === "order" && (facts.rung as number) > 3));
    }
    save();
  }
  console.log(JSON.stringify(figures.packs));
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
