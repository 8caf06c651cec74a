/**
 * Decisions to refuse, where both sides bring labels: agreement, and what is left after the panel's mean. An exhibit: two
 * strangers under one jurisdiction looked alike at .49, and true lineages often show nothing, since later training rewrites it.
 */
import { REFUSALS } from "../method.js";
import type { PreferencesObservations } from "../observations.js";
import type { Seated } from "../scores/seat.js";
import type { Cast } from "./cast.js";
import { centred } from "./centred.js";
import { ranked } from "./ranked.js";

/** Fewer items or scorers make no exhibit. */
const [ITEMS_LEAST, SCORERS_LEAST] = [50, 5];

/** Null where a side brings no labels, or too few others do. */
export function refusalsSeen(seated: Seated, cast: Cast): PreferencesObservations["refusals"] {
  const layout = seated.layout(REFUSALS);
  const holds = seated.tables.map(({ rows }) => layout.keys.every((key) => rows.has(key)));
  const who = holds.flatMap((held, i) => (held ? [i] : []));
  if (layout.keys.length < ITEMS_LEAST || who.length < SCORERS_LEAST + 2 || !holds[0] || !holds[1]) return null;
  const values = who.map((i) => layout.keys.map((key) => seated.tables[i]!.rows.get(key)!.score));
  const space = centred(
    values.map((of) => ranked(of, layout)),
    [],
    who.map((i) => cast.lineages[i]!),
    who.map((i) => cast.leaves[i]!),
  );
  const others: number[] = [];
  for (let a = 0; a < who.length; a++)
    for (let b = Math.max(2, a + 1); b < who.length; b++)
      if (cast.kind(who[a]!, who[b]!) !== null) others.push(space.residual(a, b));
  const equal = values[0]!.filter((value, k) => value === values[1]![k]).length;
  return {
    items: layout.keys.length,
    agreement: round(equal / layout.keys.length),
    residual: round(space.residual(0, 1)),
    panelMean: round(others.reduce((a, b) => a + b, 0) / Math.max(1, others.length)),
    panelMax: round(others.reduce((a, b) => Math.max(a, b), -1)),
  };
}

const round = (value: number) => Math.round(1e6 * value) / 1e6 + 0;
