/**
 * What a pact comes to at a moment, as a record that is printed, drawn as pages, carried in a bundle and computed again by
 * whoever checks it: who is bound, how each stands and on which entries, asks, grants and receipts, measures.
 */
import { momentText } from "../../docket/time/day.js";
import type { Fact, Source } from "../schema/facts.js";
import type { Pact } from "../schema/pact.js";
import { type Ask, factsOfPact, readAsks, reconcile } from "./inspections.js";
import { type MeasureState, readMeasures } from "./measures.js";
import { endOf, type PactState } from "./parties.js";
import { behindSeen, STANDINGS, type Standing, type StandingOf, standings } from "./standing.js";

const STATED_TYPE = "assay/pact-status/v1";

export interface StatedPact {
  type: typeof STATED_TYPE;
  name: string;
  pact: { id: string; title: string; digest: string };
  rehearsal: boolean;
  asOf: string;
  entries: number;
  sources: (Omit<Source, "until"> & { until: string; behind: string | null })[];
  parties: {
    party: string;
    name: string;
    as: string;
    of: string | null;
    bound: string | null;
    until: string | null;
    succeededBy: string | null;
    reserves: string[];
    counts: Record<Standing, number>;
  }[];
  standings: StandingOf[];
  asks: (Omit<Ask, "at" | "filterUntil" | "admitBy"> & {
    at: string;
    filterUntil: string | null;
    admitBy: string | null;
  })[];
  reconciliation: ReturnType<typeof reconcile>;
  measures: MeasureState[];
  refused: PactState["refused"];
  cannotSee: string[];
}

const CANNOT_SEE = [
  "what no log holds: a model trained in secret, a run that was never opened, access that was never entered",
  "whether what an entry says is true of the world; it shows who said it, when, and whether it was answered",
  "whether a log that was handed over is the only one of its name, unless a witness or another party saw its head",
  "who stands behind a key",
];

interface PactInput {
  state: PactState;
  pact: Pact;
  /** Facts of registers, runs and cases; those of the pact's own log are made here. */
  facts: readonly Fact[];
  sources: readonly Source[];
  /** Id of the pact's own log among the sources. */
  own: string;
  asOf: number;
}

/** Everything a pact comes to at a moment. */
export function statedPact({ state, pact, facts: others, sources, own, asOf }: PactInput): StatedPact {
  const usable = new Set(sources.filter(({ holds }) => holds).map(({ id }) => id));
  const held = others.filter(({ source, at }) => usable.has(source) && at <= asOf);
  const recorded = new Set(
    held.flatMap(({ attributes }) => [attributes.statement, attributes.run, attributes.challenge]).filter(isText),
  );
  const asks = readAsks(state, pact, recorded, asOf);
  const facts = [...held, ...factsOfPact(state, own, asks, asOf)];
  const all = standings({ state, pact, facts, sources, asOf });
  const moment = (at: number | null) => (at === null ? null : momentText(Math.floor(at)));
  return {
    type: STATED_TYPE,
    name: state.name ?? "",
    pact: { id: pact.data.id, title: pact.data.title, digest: pact.digest },
    rehearsal: state.rehearsal,
    asOf: momentText(asOf),
    entries: state.size,
    sources: sources.map((source) => ({
      ...source,
      until: momentText(source.until),
      behind: behindSeen(state, source, asOf),
    })),
    parties: [...state.parties.values()].map((party) => ({
      party: party.id,
      name: party.name,
      as: party.as,
      of: party.of,
      bound: moment(party.boundAt),
      until: moment(endOf(party, pact)),
      succeededBy: party.succeededBy?.party ?? null,
      reserves: [...party.reservations].filter(([, { withdrawnAt }]) => withdrawnAt === null).map(([id]) => id),
      counts: Object.fromEntries(
        STANDINGS.map((standing) => [
          standing,
          all.filter((each) => each.party === party.id && each.standing === standing).length,
        ]),
      ) as Record<Standing, number>,
    })),
    standings: all,
    asks: asks.map((ask) => ({
      ...ask,
      at: momentText(ask.at),
      filterUntil: moment(ask.filterUntil),
      admitBy: moment(ask.admitBy),
    })),
    reconciliation: reconcile(state, facts, asOf),
    measures: readMeasures(state, pact, all, facts, asOf),
    refused: state.refused,
    cannotSee: CANNOT_SEE,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
