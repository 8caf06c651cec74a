/** A group's observations: exhibits read from the engine, and in sentences what a campaign often shows and this one does not. */
import type { SqlEngine } from "./engine.js";
import { exhibit } from "./exhibits.js";
import type { FoundGroup } from "./find-groups.js";
import { SIGNALS } from "./log/signals.js";
import type { GroupFacts, TrafficObservations } from "./observations.js";
import { statistic } from "./score/statistic.js";

type Described = Pick<
  TrafficObservations,
  "byDay" | "templates" | "signals" | "infrastructure" | "models" | "terms" | "exhibits" | "notFound"
>;

export const NOTHING_DESCRIBED: Described = {
  byDay: [],
  templates: [],
  signals: [],
  infrastructure: [],
  models: [],
  exhibits: [],
  notFound: [],
};

/** @param index from 0; ids count from 1 */
export function groupFacts(group: FoundGroup, index: number): GroupFacts {
  const pooled = statistic("traffic/pooled-operation", group.measures);
  const extraction = statistic("traffic/extraction-workload", group.measures);
  return {
    id: `group-${index + 1}`,
    accounts: group.listed.length,
    judged: group.members.length,
    joined: group.found,
    templates: group.templates.length,
    statistic: { pooledOperation: pooled.value, extractionWorkload: extraction.value, weakest: pooled.weakest },
    measures: group.measures,
    shared: { cards: group.sharing.cards, networks: group.sharing.networks },
  };
}

/** Share of accounts that must share a payment, a network or a client before it is called shared. */
const SHARED_NOTED = 0.5;

/**
 * @param g number of the group in the engine's tables @param accounts of the group, for shares @returns each exhibit
 * with the query it came from
 */
export async function describeGroup(engine: SqlEngine, g: number, accounts: number): Promise<Described> {
  const byDay = await exhibit<TrafficObservations["byDay"][number]>(engine, "byDay", g);
  const templates = await exhibit<TrafficObservations["templates"][number]>(engine, "templates", g);
  const models = await exhibit<{ model: string; own: number; others: number }>(engine, "models", g);
  const infrastructure = await exhibit<TrafficObservations["infrastructure"][number]>(engine, "infrastructure", g);
  const signals = await exhibit<Record<string, number>>(engine, "signals", g);
  const terms = await exhibit<NonNullable<TrafficObservations["terms"]>[number]>(engine, "terms", g);
  const counts = signals.lines[0]!;
  const own = total(models.lines.map((m) => m.own));
  const others = total(models.lines.map((m) => m.others));
  const wordings = [
    ...SIGNALS.map(({ id }, i) => signal(id, counts[`own${i}`]!, counts[`others${i}`]!, counts)),
    signal("logit-probing", counts.ownProbing!, counts.othersProbing!, counts),
  ];
  return {
    byDay: byDay.lines,
    templates: templates.lines,
    models: models.lines.map((m) => ({
      model: m.model,
      rows: m.own,
      share: ratio(m.own, own),
      shareElsewhere: ratio(m.others, others),
    })),
    infrastructure: infrastructure.lines,
    signals: wordings,
    // Few logs say so; of the others nothing is added.
    ...(terms.lines.length > 0 ? { terms: terms.lines } : {}),
    exhibits: [byDay, templates, models, infrastructure, signals, ...(terms.lines.length > 0 ? [terms] : [])].map(
      (e) => e.exhibit,
    ),
    notFound: [
      ...wordings.filter((w) => w.rows === 0).map((w) => `No prompt with the wording or setting "${w.signal}".`),
      ...infrastructure.lines
        .filter((i) => i.sharedAccounts < SHARED_NOTED * accounts)
        .map(
          (i) => `No ${i.kind} shared by most of the accounts${i.values === 0 ? ": the log does not carry it" : ""}.`,
        ),
    ],
  };
}

function signal(id: string, own: number, others: number, counts: Record<string, number>) {
  return { signal: id, rows: own, share: ratio(own, counts.own!), shareElsewhere: ratio(others, counts.others!) };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((1e6 * part) / whole) / 1e6;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0);
}
