/**
 * The origin label of a model: each fact with how far it was shown. The steps are cumulative in meaning, not
 * in truth: declared (somebody said so), signed (a registered key signed it), logged (it stands in the log under a
 * checkpoint that holds), witnessed (others cosigned that checkpoint), audited, reproduced. Without a log that was just
 * checked there is no label: `label` fails closed.
 */
import {
  type Evidence,
  factOf,
  OPTIONAL_FACTS,
  ORIGIN_FACTS,
  type Origin,
  type OriginFact,
} from "../declarations/origin.js";
import type { Audit } from "../declarations/procedure.js";
import type { LoadDeclaration } from "../load-declaration.js";
import type { OrderOnModel } from "../orders/order-states.js";
import type { Entry, ModelState, RegisterIndex } from "../register-index.js";
import { bodies } from "../remarks.js";

interface LabelContext extends LogCheck {
  /** Orders that mean the model, as they stand now. */
  orders?: readonly OrderOnModel[];
}

interface LogCheck {
  origin: string;
  size: number;
  /** Witnesses whose cosignatures held. */
  cosigners: readonly string[];
  /** Unix seconds: when the log was checked. */
  checkedAt: number;
}

export interface FactLabel {
  fact: OriginFact;
  title: string;
  status: "declared" | "unknown" | "not-applicable" | "not-declared";
  countries: readonly string[];
  /** Of hardware: how many of what. */
  items?: readonly string[];
  note: string | null;
  /** What the signer says there is to show for it; `register quote` verifies an attestation. */
  evidence?: Evidence;
  /** "compiled": written down from public sources by someone else than the publisher. */
  by: "publisher" | "compiled" | null;
  /** Days, UTC; null where the step was not reached. */
  declared: string | null;
  signed: boolean;
  logged: string | null;
  witnessed: readonly string[];
  audited: { day: string; by: string } | null;
  reproduced: { day: string; by: string } | null;
  notConfirmed: { day: string; by: string } | null;
  entry: number | null;
}

export interface OriginLabel {
  type: "assay/origin-label/v1";
  model: string;
  name: string;
  withdrawn: boolean;
  openChallenges: number;
  /** Orders in force, stayed, or of which the model is noticed. */
  orders: OrderOnModel[];
  facts: FactLabel[];
  log: LogCheck;
}

/**
 * @param load reads a declaration's bundle, checked against the record @returns each fact with the steps that were
 * shown and no verdict
 */
export async function label(
  index: RegisterIndex,
  model: ModelState,
  load: LoadDeclaration,
  { orders = [], ...log }: LabelContext,
): Promise<OriginLabel> {
  const declared = (await bodies<Origin>(index, model, "origin", load)).at(-1) ?? null;
  const audits = declared ? await auditsOf(declared.entry, load) : [];
  return {
    type: "assay/origin-label/v1",
    model: model.id,
    name: model.name,
    withdrawn: model.withdrawnBy !== null,
    openChallenges: index.openChallenges(model).length,
    orders: orders.filter(({ state }) => state !== "lifted" && state !== "expired"),
    facts: [
      ...(Object.keys(ORIGIN_FACTS) as OriginFact[]),
      ...(Object.keys(OPTIONAL_FACTS) as OriginFact[]).filter((fact) => declared && factOf(declared.body, fact)),
    ].map((fact) => factLabel(fact, declared, audits, log)),
    log,
  };
}

type Audited = { entry: Entry; audit: Audit };

async function auditsOf(entry: Entry, load: LoadDeclaration): Promise<Audited[]> {
  const standing = entry.audits.filter(({ correctedBy, withdrawnBy }) => correctedBy === null && withdrawnBy === null);
  return Promise.all(standing.map(async (e) => ({ entry: e, audit: (await load(e)).predicate as Audit })));
}

function factLabel(
  fact: OriginFact,
  declared: { entry: Entry; body: Origin } | null,
  audits: readonly Audited[],
  log: LogCheck,
): FactLabel {
  const title = { ...ORIGIN_FACTS, ...OPTIONAL_FACTS }[fact];
  const none = { audited: null, reproduced: null, notConfirmed: null };
  if (!declared)
    return {
      fact,
      title,
      status: "not-declared",
      countries: [],
      note: null,
      by: null,
      declared: null,
      signed: false,
      logged: null,
      witnessed: [],
      ...none,
      entry: null,
    };
  const { entry, body } = declared;
  const { status, countries, items, note, evidence } = factOf(body, fact)!;
  const step = (result: Audit["result"]) => {
    const found = audits.findLast(({ audit }) => audit.result === result && audit.facts.includes(fact));
    return found ? { day: found.audit.issued.slice(0, 10), by: found.entry.keyName } : null;
  };
  return {
    fact,
    title,
    status,
    countries,
    ...(items.length > 0 ? { items } : {}),
    note,
    ...(evidence ? { evidence } : {}),
    by: entry.roles.includes("publisher") ? "publisher" : "compiled",
    declared: body.issued.slice(0, 10),
    signed: true,
    logged: dayOf(entry.record.received),
    witnessed: log.cosigners,
    audited: step("audited"),
    reproduced: step("reproduced"),
    notConfirmed: step("not-confirmed"),
    entry: entry.index,
  };
}

/** The day in UTC, YYYY-MM-DD. */
export function dayOf(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString().slice(0, 10);
}
