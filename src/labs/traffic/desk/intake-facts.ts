/** What an intake took in, for whoever looks at it: each field's share, what is odd, and what happened to each file. */

import type { SqlEngine } from "../engine.js";
import type { Manifest, SourceState } from "../host/rows/manifest.js";
import { type Fill, type IntakeCounts, misattributed, readFill } from "../log/fill.js";

export interface IntakeFacts {
  /** null for a log without rows. */
  fill: Fill | null;
  /** Why no account of this log may be named, or null. */
  refusal: string | null;
  sources: {
    name: string;
    lines: number;
    read: number;
    rows: number;
    formats: Record<string, number>;
    skipped: Record<string, number>;
    rejects: Record<string, number>;
    happened: string[];
  }[];
  /** Files of folders that are no logs. */
  passedOver: string[];
}

/** `refusal` says why the log cannot be judged, such as accounts that are all the gateway's own; null where it can. */
export async function intakeFacts(engine: SqlEngine, manifest: Manifest): Promise<IntakeFacts> {
  const { sources, passedOver } = manifest;
  const fill = await readFill(engine, counted(sources));
  const rows = sources.reduce((sum, source) => sum + source.rows, 0);
  return {
    fill,
    refusal: fill === null ? null : misattributed(fill, rows),
    sources: sources.map(({ name, lines, read, rows, formats, skipped, rejects, happened }) => ({
      ...{ name, lines, read, rows, formats, skipped, happened },
      rejects: Object.fromEntries(Object.entries(rejects).map(([reason, { count }]) => [reason, count])),
    })),
    passedOver,
  };
}

function counted(sources: readonly SourceState[]): IntakeCounts {
  const sum = (of: (source: SourceState) => number) => sources.reduce((n, source) => n + of(source), 0);
  const distinct = (of: (source: SourceState) => string[]) => new Set(sources.flatMap(of)).size;
  return {
    lines: sum((s) => s.lines),
    read: sum((s) => s.read),
    setAside: sum((s) => Object.values(s.rejects).reduce((n, { count }) => n + count, 0)),
    noRequests: sum((s) => Object.values(s.skipped).reduce((n, count) => n + count, 0)),
    zoneless: sum((s) => s.zoneless),
    otherUser: {
      rows: sum((s) => s.otherUser.rows),
      accounts: distinct((s) => s.otherUser.accounts),
      users: distinct((s) => s.otherUser.users),
    },
  };
}

/** The facts as lines for a terminal. */
export function intakeLines({ fill, refusal, sources, passedOver }: IntakeFacts): string[] {
  const out: string[] = [];
  if (fill !== null) {
    out.push("field       filled    values");
    for (const { field, filled, values } of fill.fields)
      out.push(`${field.padEnd(10)} ${`${(100 * filled).toFixed(1)} %`.padStart(8)} ${String(values).padStart(9)}`);
    out.push(
      `the largest account holds ${(100 * fill.largestAccount.share).toFixed(1)} % of the rows`,
      ...fill.remarks,
    );
  }
  for (const { name, lines, rows, skipped, rejects, happened } of sources) {
    for (const [what, n] of Object.entries(skipped)) out.push(`${name}: ${n} of ${lines} lines are ${what}`);
    for (const [why, n] of Object.entries(rejects))
      out.push(`${name}: ${n} of ${lines} lines set aside (${rows} rows): ${why}`);
    if (happened.length > 1) out.push(`${name}: ${happened.at(-1)}`);
  }
  for (const name of passedOver) out.push(`not read: ${name}`);
  if (refusal !== null) out.push(`refused: ${refusal}`);
  return out;
}
