/**
 * Who of a panel is compared, and on which items: those that both sides scored, and all seated scorers with them. A member
 * that is a side under another name (the same file, or every score equal in rank) is left out; so is one with too few items.
 * What published rules give the items is no scorer's, and stands apart.
 */
import { COVERAGE_MIN, PROBES } from "../method.js";
import type { Layout } from "../residual/ranked.js";
import type { ScoreTable } from "./score-table.js";

interface Named {
  artefact: { name: string; root: string };
  table: ScoreTable;
}

export interface Seated {
  /** Reference, suspect, then the panel. */
  names: readonly string[];
  tables: readonly ScoreTable[];
  rules: readonly { name: string; table: ScoreTable }[];
  leftOut: readonly { why: string; scorers: number }[];
  /** Of a probe, whichever its name. */
  layout: (probe: string) => Layout;
}

/** Seats and, by probe, the items in their order. @param ruled names of files that hold what a published rule gives */
export function seat(
  reference: Named,
  suspect: Named,
  panel: readonly Named[],
  ruled: ReadonlySet<string> = new Set(),
): Seated {
  const shared = [...reference.table.rows].flatMap(([key, row]) => (suspect.table.rows.has(key) ? [{ key, row }] : []));
  const spoken = shared.filter(({ row }) => (PROBES as readonly string[]).includes(row.probe));
  const left = { same: 0, few: 0 };
  let whole = true;
  const kept = panel.filter(({ artefact, table }) => {
    if (artefact.root === reference.artefact.root || artefact.root === suspect.artefact.root) {
      left.same++;
      return false;
    }
    const held = spoken.filter(({ key }) => table.rows.has(key)).length;
    if (held >= COVERAGE_MIN * spoken.length && held > 0) {
      whole &&= held === spoken.length;
      return true;
    }
    left.few++;
    return false;
  });
  const members = kept.filter(({ artefact }) => !ruled.has(artefact.name));
  const all = [reference, suspect, ...members];
  return {
    names: all.map(({ artefact }) => artefact.name),
    tables: all.map(({ table }) => table),
    rules: kept
      .filter(({ artefact }) => ruled.has(artefact.name))
      .map(({ artefact, table }) => ({ name: artefact.name, table })),
    leftOut: [
      { why: "the same file as a side", scorers: left.same },
      { why: `scored less than ${100 * COVERAGE_MIN} % of the sides' common items`, scorers: left.few },
    ].filter(({ scorers }) => scorers > 0),
    // Where every member scored everything there is nothing to look up again.
    layout: (probe) => layoutOf(shared, probe, whole ? [] : kept),
  };
}

function layoutOf(
  shared: readonly { key: string; row: { probe: string; prompt: string } }[],
  probe: string,
  members: readonly Named[],
): Layout {
  const speaks = (PROBES as readonly string[]).includes(probe);
  const byPrompt = new Map<string, string[]>();
  for (const { key, row } of shared) {
    if (row.probe !== probe) continue;
    if (speaks && !members.every(({ table }) => table.rows.has(key))) continue;
    const keys = byPrompt.get(row.prompt);
    if (keys) keys.push(key);
    else byPrompt.set(row.prompt, [key]);
  }
  const keys: string[] = [];
  const prompts: [number, number][] = [];
  for (const [, of] of [...byPrompt].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // A single answer to a prompt says nothing once prompts are centred.
    if (speaks && of.length < 2) continue;
    prompts.push([keys.length, keys.length + of.length]);
    keys.push(...of.sort());
  }
  return { keys, prompts: speaks ? prompts : [[0, keys.length]] };
}
