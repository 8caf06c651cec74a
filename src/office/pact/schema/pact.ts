/**
 * A pact as hashed data: each obligation its text, whom it binds, and beside the text the closed query by which logs answer
 * whether it is kept; rights of inspection; measures. A pact holds no code. What may speak against a party is a closed list
 * too: its own entry, or what a panel held in a case; an absence, and another party's word, never are.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { FACTS, LOG_KINDS, PARTIES, TIMES } from "./facts.js";

const PACT_TYPE = "assay/pact/v1";
/** The shipped model takes 30 kB. */
export const PACT_BYTES_MAX = 1024 * 1024;

export const PARTY_KINDS = ["state", "lab"] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];
const DUTIES = [
  "register",
  "commit-runs",
  "open-on-challenge",
  "preserve",
  "notify",
  "grant-log",
  "admit-inspection",
  "answer",
  "comply",
] as const;

const id = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "expected a short name such as register-models");
const line = z.string().min(1).max(500);
const prose = z.string().min(1).max(4000);
const attribute = z.string().min(1).max(40);
const value = z.union([z.string().max(300), z.number(), z.boolean()]);

const condition = z.strictObject({
  attribute,
  is: z.enum(["one-of", "at-least", "at-most"]),
  value: z.union([value, z.array(value).min(1).max(50)]),
});
export type Condition = z.infer<typeof condition>;

const asked = {
  log: z.enum(LOG_KINDS),
  kind: z.string().min(1).max(40),
  where: z.array(condition).max(8).default([]),
};
/** What calls for the obligation: each such entry is one occasion. */
const occasion = z.strictObject({
  ...asked,
  /** Whose duty it is: the signer's, or that of the party an attribute names. */
  of: z.union([z.literal("signer"), attribute]),
  /** Who must have entered it, where it is not the party itself. */
  by: z.enum(["party", "another-party", "anyone"]).default("party"),
});
/** An entry that answers an occasion, or speaks against the party. */
const need = z.strictObject({
  ...asked,
  by: z.enum(["party", "another-party", "anyone"]),
  /** Attributes of it that must agree with those of the occasion. */
  same: z
    .array(z.strictObject({ here: attribute, there: attribute }))
    .max(4)
    .default([]),
  /** Times of it that may not be later than those of the occasion. */
  before: z
    .array(z.strictObject({ here: attribute, there: attribute }))
    .max(2)
    .default([]),
});
export type Need = z.infer<typeof need>;

const due = z.union([
  z.strictObject({ days: z.int().min(0).max(3660), from: z.union([z.literal("occasion"), attribute]) }),
  z.strictObject({ hours: z.int().min(0).max(8784), from: z.union([z.literal("occasion"), attribute]) }),
  z.strictObject({ at: attribute }),
]);
export type Due = z.infer<typeof due>;

const obligation = z.strictObject({
  id,
  article: z.string().regex(/^[0-9]{1,3}$/),
  title: line,
  text: prose,
  duty: z.enum(DUTIES),
  binds: z.array(z.enum(PARTY_KINDS)).min(1),
  reservable: z.boolean(),
  query: z.strictObject({
    occasion,
    due,
    needs: z.array(need).min(1).max(6),
    against: z.array(need).max(6).default([]),
    /** Whether an answer must have been seen by a witness to count as in time. */
    clock: z.enum(["any", "witnessed"]).default("any"),
  }),
  /** The query in a sentence, for people: what is looked for, and where. */
  looksFor: prose,
  cannotSee: prose,
});
export type Obligation = z.infer<typeof obligation>;

const share = z.strictObject({ of: z.int().min(1).max(100), in: z.int().min(1).max(100) });
const right = z.strictObject({
  kind: z.enum(["routine", "clarification", "challenge"]),
  article: z.string().regex(/^[0-9]{1,3}$/),
  text: prose,
  askedBy: z.array(z.enum(PARTY_KINDS)).min(1),
  of: z.array(z.enum(PARTY_KINDS)).min(1),
  /** A ground must name an entry of a log that was handed over. */
  groundsOnRecord: z.boolean(),
  perYear: z.int().min(0).max(1000),
  /** Who may refuse an ask as frivolous or beyond the pact, by which share of all who may vote, and within how long. */
  filter: z
    .strictObject({
      by: z.enum(PARTY_KINDS),
      share,
      hours: z.int().min(1).max(8784),
      grounds: z.array(line).min(1).max(8),
    })
    .nullable(),
  /** From the end of the filter to admission, and how long inspectors may stay. */
  admitHours: z.int().min(1).max(8784),
  stayHours: z.int().min(1).max(8784),
  /** Access that shields what is beside the question; what is shielded must be answered by other means. */
  managed: z.boolean(),
});
export type InspectionRight = z.infer<typeof right>;

const measure = z.strictObject({
  id,
  article: z.string().regex(/^[0-9]{1,3}$/),
  text: prose,
  /** Obligations that it follows; all where the list is empty. */
  obligations: z.array(id).max(100),
  standing: z.enum(["not met", "unable to conclude"]),
  /** For so long before it may be asked for. */
  afterDays: z.int().min(0).max(3660),
  does: z.enum(["consult", "publish", "inspect", "suspend-rights", "order"]),
  /** The docket's rung whose gate must be open and whose order must be made; null for what binds nobody. */
  rung: z.int().min(1).max(10).nullable(),
});

const schema = z.strictObject({
  type: z.literal(PACT_TYPE),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}\/v[1-9][0-9]{0,3}$/, "expected a name such as model-pact/v1"),
  title: line,
  preamble: prose,
  source: line,
  /** A deadline missed by less than this counts as kept: clocks of machines differ. */
  graceSeconds: z.int().min(0).max(86_400),
  /** A log that speaks of nothing later than so many days before the day asked for is not enough to go by; null: any is. */
  freshDays: z.int().min(1).max(3660).nullable(),
  leavingMonths: z.int().min(0).max(120),
  obligations: z.array(obligation).min(1).max(100),
  inspections: z.array(right).max(10),
  measures: z.array(measure).max(40),
  arbitration: z.strictObject({
    text: prose,
    /** Which rule pack and which log a dispute goes to. */
    pack: z.string().min(1).max(80),
    docket: z.string().min(1).max(200),
    bound: z.enum(["parties", "parties-and-their-labs"]),
  }),
});
type PactData = z.infer<typeof schema>;

export interface Pact {
  data: PactData;
  digest: Digest;
  obligations: ReadonlyMap<string, Obligation>;
}

/** @throws SCHEMA where it asks for what no log says, or lets something speak against a party that may not */
export function readPact(given: unknown, what = "pact"): Pact {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { data } = parsed;
  const fault = faultOf(data);
  if (fault !== null) throw new AssayError("SCHEMA", `${what}: ${fault}`);
  return {
    data,
    digest: sha256Digest(canonicalJsonBytes(given)),
    obligations: new Map(data.obligations.map((each) => [each.id, each])),
  };
}

function faultOf({ obligations, measures, inspections }: PactData): string | null {
  const ids = obligations.map((each) => each.id);
  if (new Set(ids).size !== ids.length) return "expected each obligation once";
  if (new Set(measures.map((each) => each.id)).size !== measures.length) return "expected each measure once";
  if (new Set(inspections.map(({ kind }) => kind)).size !== inspections.length)
    return "expected each kind of inspection once";
  for (const each of obligations) {
    const fault = faultOfQuery(each.query);
    if (fault !== null) return `the obligation ${each.id}: ${fault}`;
  }
  for (const { id: name, obligations: listed } of measures) {
    const unknown = listed.find((each) => !ids.includes(each));
    if (unknown !== undefined) return `the measure ${name} names no obligation of the pact: ${unknown}`;
  }
  return null;
}

function faultOfQuery({ occasion: call, needs, against, due: until }: Obligation["query"]): string | null {
  const known = attributesOf(call);
  if (known === null) return noFact(call);
  const missing = call.where.find((each) => !known.includes(each.attribute));
  if (missing) return `${call.kind} of the ${call.log} does not say ${missing.attribute}`;
  if (call.of !== "signer" && !(known.includes(call.of) && PARTIES.has(call.of)))
    return `${call.kind} of the ${call.log} names no party as ${call.of}`;
  if (call.of === "signer" && call.by !== "party") return "what the party itself enters is entered by the party";
  const from = "at" in until ? until.at : until.from;
  if (from !== "occasion" && !(known.includes(from) && TIMES.has(from)))
    return `${call.kind} of the ${call.log} says no time ${from}`;
  for (const each of [...needs, ...against]) {
    const here = attributesOf(each);
    if (here === null) return noFact(each);
    for (const { attribute: name } of each.where)
      if (!here.includes(name)) return `${each.kind} of the ${each.log} does not say ${name}`;
    for (const pair of [...each.same, ...each.before])
      if (!here.includes(pair.here) || !known.includes(pair.there))
        return `${each.kind} and ${call.kind} cannot be compared by ${pair.here} and ${pair.there}`;
    for (const pair of each.before)
      if (!TIMES.has(pair.here) || !TIMES.has(pair.there)) return `${pair.here} and ${pair.there} are no times`;
    // An answer to one occasion is no answer to another.
    if (each.same.length === 0) return `${each.kind} of the ${each.log} must agree with the occasion in something`;
  }
  for (const each of against)
    if (each.by !== "party" && !isHeldByPanel(each))
      return `${each.kind} of the ${each.log} may not speak against a party: only its own entry, or what a panel held, may`;
  return null;
}

/** A panel's entry in a case: the query itself must ask for the role. */
function isHeldByPanel({ log, kind, where }: Need): boolean {
  return (
    log === "docket" &&
    (kind === "compliance.found" || kind === "decision") &&
    where.some(({ attribute: name, is, value: said }) => name === "role" && is === "one-of" && said === "panel")
  );
}

function attributesOf({ log, kind }: { log: keyof typeof FACTS; kind: string }): readonly string[] | null {
  return Object.hasOwn(FACTS[log], kind) ? FACTS[log][kind]! : null;
}

function noFact({ log, kind }: { log: string; kind: string }): string {
  return `no entry of the ${log} is a ${kind}`;
}
