/** A pact in memory: fictional parties with keys, joined by the fold itself, and facts made from an obligation's own query. */

import { utf8 } from "../../../src/base/bytes.js";
import { sha256Digest } from "../../../src/base/digest.js";
import { enter, newPact, type PactState } from "../../../src/office/pact/fold/parties.js";
import { statedPact } from "../../../src/office/pact/fold/stated.js";
import { MODEL_PACT } from "../../../src/office/pact/model/shipped.js";
import type { Said } from "../../../src/office/pact/schema/entry.js";
import { type Fact, type LogKind, type Source, TIMES, type Value } from "../../../src/office/pact/schema/facts.js";
import type { Need, Obligation, Pact } from "../../../src/office/pact/schema/pact.js";
import { party } from "../world.js";

export const DAY = 86_400;
export const BEGIN = Date.parse("2026-01-05T09:00:00Z") / 1000;
/** Three parties sign once for all tests of a file: making keys is most of the time. */
const KEYS = ["depositary", "northland", "aldgate-labs", "meridian-cloud", "southland"].map((name) =>
  party(name, ["publisher"], ["*"]),
);
export const keyOf = (name: string) => KEYS.find((each) => each.name === name)!;
const moment = (at: number) => new Date(at * 1000).toISOString().replace(".000Z", "Z");

export class PactWorld {
  readonly state: PactState = newPact();
  readonly pact: Pact;
  #seq = 0;

  constructor(pact: Pact = MODEL_PACT) {
    this.pact = pact;
    this.say("depositary", BEGIN - 9 * DAY, "adopted", {
      pact: pact.digest,
      publicKey: keyOf("depositary").pem,
      rehearsal: true,
    });
  }

  /** @returns why it was refused; null where it came in */
  say(by: string, at: number, kind: Said["kind"], facts: unknown): string | null {
    const said = { kind, pact: "accord-2026", issued: moment(at), facts } as Said;
    const statement = sha256Digest(utf8(`${this.#seq}`));
    const entry = { seq: this.#seq++, said, key: keyOf(by).id, statement, at, clock: "signer" as const };
    return enter(this.state, entry, this.pact)?.says ?? null;
  }

  join(name: string, as: "state" | "lab", reservations: readonly string[] = [], at = BEGIN - 5 * DAY): void {
    this.say(name, at, "signed", { party: name, name, as, publicKey: keyOf(name).pem, keys: [], of: null, logs: LOGS });
    const { statement } = this.state.parties.get(name)!;
    for (const obligation of reservations)
      this.say(name, at + 60, "reservation", { obligation, reasons: "national law" });
    this.say("depositary", at + 120, "accepted", { statement });
  }

  stated(facts: readonly Fact[], asOf: number, sources: readonly Source[] = SOURCES) {
    return statedPact({
      state: this.state,
      pact: this.pact,
      facts,
      sources: [...sources, PACT_SOURCE],
      own: "pact",
      asOf,
    });
  }

  standing(
    facts: readonly Fact[],
    asOf: number,
    who: string,
    obligation: string,
    sources: readonly Source[] = SOURCES,
  ) {
    return this.stated(facts, asOf, sources).standings.find(
      (each) => each.party === who && each.obligation === obligation,
    )!;
  }
}

export const RUN = sha256Digest(utf8("run"));
const LOGS = (["register", "audit", "docket"] as const).map((kind) => ({
  kind,
  origin: `${kind}.example`,
  key: "key",
  ...(kind === "audit" ? { run: RUN } : {}),
}));
export const source = (log: LogKind, more: Partial<Source> = {}): Source => ({
  id: log,
  log,
  origin: `${log}.example`,
  ...(log === "audit" ? { run: RUN } : {}),
  size: 1000,
  root: "00".repeat(32),
  holds: true,
  says: "holds",
  until: BEGIN + 4000 * DAY,
  ...more,
});
export const SOURCES: readonly Source[] = [source("register"), source("audit"), source("docket")];
const PACT_SOURCE = source("pact");

/** A fact as a query asks for it: every condition fulfilled, agreeing with an occasion. */
export function factOf(
  asked: Pick<Need, "log" | "kind" | "where"> & Partial<Pick<Need, "same" | "before">>,
  by: string,
  at: number,
  given: Record<string, Value> = {},
  occasion?: Fact,
): Fact {
  const attributes: Record<string, Value> = {};
  for (const { attribute, value } of asked.where) attributes[attribute] = Array.isArray(value) ? value[0]! : value;
  for (const { here, there } of asked.same ?? []) attributes[here] = occasion!.attributes[there]!;
  for (const { here, there } of asked.before ?? []) attributes[here] = Number(occasion!.attributes[there]);
  return {
    log: asked.log,
    source: asked.log,
    entry: 1 + (at % 900),
    kind: asked.kind,
    at,
    clock: "operator",
    by: keyOf(by).id,
    attributes: { ...attributes, ...given },
  };
}

/** What calls for an obligation of a party, with every attribute that its needs compare. */
export function occasionOf({ query }: Obligation, who: string, other: string, at: number): Fact {
  const { of, by } = query.occasion;
  const given: Record<string, Value> = {};
  for (const { here: _, there } of [...query.needs, ...query.against].flatMap(({ same, before }) => [
    ...same,
    ...before,
  ]))
    given[there] = TIMES.has(there) ? at : `${there}-1`;
  if (of !== "signer") given[of] = query.occasion.log === "pact" ? who : keyOf(who).id;
  if ("at" in query.due) given[query.due.at] = at + 20 * DAY;
  const signer = of === "signer" || by === "party" ? who : other;
  return factOf(query.occasion, signer, at, given);
}
