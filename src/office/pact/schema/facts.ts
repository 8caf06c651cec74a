/**
 * What logs say, in the closed list of forms that a pact's queries may ask for. A fact is one entry of one log, with the
 * few attributes that a query can compare; nothing private is in it. Where a log does not say something, the attribute is
 * absent: absent is "not stated", never "no".
 */

export const LOG_KINDS = ["register", "audit", "docket", "pact"] as const;
export type LogKind = (typeof LOG_KINDS)[number];

export type Value = string | number | boolean;

export interface Fact {
  log: LogKind;
  /** Which log, by the name that `Source.id` has. */
  source: string;
  /** Number of the entry in its log. */
  entry: number;
  kind: string;
  /** Unix seconds: a witness's clock where one saw it, else the clock that `clock` names. */
  at: number;
  /** Whose clock that is: of witnesses, of the log's operator, or of whoever signed. */
  clock: "witness" | "operator" | "signer";
  /** Id of the key that signed it. */
  by: string;
  /** Unix seconds from which it is withdrawn, where it is: it still calls for what it called for, and answers nothing. */
  withdrawnAt?: number;
  attributes: Readonly<Record<string, Value>>;
}

/** One log as it was handed over, and what came of checking it. */
export interface Source {
  id: string;
  log: LogKind;
  origin: string;
  /** Of an audit: digest of the run's opening statement. */
  run?: string;
  size: number;
  root: string;
  /** Every entry follows from those before, every signature holds, and the tree is that of the checkpoint. */
  holds: boolean;
  /** What does not hold, or was not checked. */
  says: string;
  /** Unix seconds up to which it speaks: the last entry, or a later time at which this very head was seen. */
  until: number;
}

/** Attributes by kind of fact; keys of parties are attributes that a query may take as whom it is about. */
export const FACTS: Readonly<Record<LogKind, Readonly<Record<string, readonly string[]>>>> = {
  register: {
    "training-run": ["model", "statement", "finished", "flop"],
    "training-content": ["model", "statement"],
    derivation: ["model", "statement", "relation"],
    origin: ["model", "statement"],
    evaluation: ["model", "statement"],
    correction: ["model", "about", "as"],
    withdrawal: ["model", "about"],
    challenge: ["model", "statement", "about", "declarer"],
    "challenge-closed": ["model", "about"],
    audit: ["model", "about"],
    finding: ["model", "proposition", "outcome"],
    order: ["model", "statement", "effect", "declarer"],
    grant: ["statement", "until"],
    delivery: ["statement", "grant"],
    receipt: ["statement", "grant", "delivery"],
    revocation: ["statement", "grant"],
  },
  audit: {
    "run-opened": ["run", "name"],
    committed: ["run", "class", "size"],
    "run-closed": ["run", "name", "model", "abandoned", "opened", "dataRows", "stepRows"],
    challenged: ["run", "challenge", "owner", "drawn", "due"],
    answered: ["run", "challenge", "opened", "withheld"],
    refused: ["run", "challenge"],
    reported: ["run", "challenge", "status"],
  },
  docket: {
    notice: ["case", "complainant", "respondent"],
    response: ["case", "role"],
    preservation: ["case", "complainant", "respondent"],
    "commitment.received": ["case", "role"],
    "inspection.ordered": ["case", "statement", "respondent"],
    "inspection.return": ["case", "order", "refused", "role"],
    decision: ["case", "outcome", "respondent", "role"],
    order: ["case", "statement", "rung", "effect", "respondent", "role"],
    "order.lifted": ["case", "order", "role"],
    "compliance.report": ["case", "role"],
    "compliance.found": ["case", "order", "held", "respondent", "role"],
    penalty: ["case", "respondent", "role"],
  },
  pact: {
    incident: ["incident", "of"],
    notified: ["incident"],
    granted: ["statement", "to", "what", "grant"],
    received: ["granted", "from", "what"],
    asked: ["ask", "of", "kind"],
    upheld: ["ask", "of", "kind", "until"],
    admitted: ["ask", "access"],
    refused: ["ask"],
    held: ["ask", "access", "complete"],
  },
};

/** Attributes that hold Unix seconds. */
export const TIMES: ReadonlySet<string> = new Set(["finished", "opened", "due", "until"]);

/** Attributes that hold a party: by key id, or by the party's own id. */
export const PARTIES: ReadonlySet<string> = new Set([
  "declarer",
  "owner",
  "complainant",
  "respondent",
  "of",
  "to",
  "from",
]);
