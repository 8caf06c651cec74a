/** What the traffic laboratory saw, without opinion: the typed `observations` of its findings. */
import { z } from "zod";
import { fillSchema } from "./log/fill.js";
import { groupTablesSchema } from "./score/group-tables.js";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

const measuresSchema = z.strictObject({
  concentration: share,
  balance: share,
  division: share,
  persistence: share,
  offClock: share,
  singleTurn: share,
  beyondProduct: share,
  oneStream: share,
  oneRhythm: share,
  /** Absent before version 6. */
  oneShift: share.optional(),
  /** Absent before version 7. */
  noRuns: share.optional(),
  crowdSeen: share.optional(),
  aroundClock: share,
  joined: share,
  manyCards: share,
  harvest: share,
  /** Absent before version 9. */
  manyAsks: share.optional(),
  accounts: count,
  rows: count,
  distinctPrompts: count,
  days: count,
});

const logSchema = z.strictObject({
  rows: count,
  accounts: count,
  /** First and last day, as dates in UTC. */
  from: z.string(),
  to: z.string(),
  days: count,
  promptShare: share,
  distinctPrompts: count,
  formats: z.array(z.string()),
  rejects: z.array(z.strictObject({ reason: z.string(), lines: count })),
  /** Accounts of which the log names a card, a network, an organisation, and those joined by both as separate customers. */
  known: z.strictObject({ payment: count, network: count, org: count, joined: count }),
  /** Templates that too many accounts use to link any; they are looked at for joined accounts only. */
  popular: z.strictObject({ templates: count, uses: count }),
  /** Whether accounts stand as keyed hashes or in clear. */
  names: z.enum(["keyed-hash", "clear"]),
  /** How often each field stands in it, and what is odd about that. */
  fill: fillSchema.optional(),
});
export type LogFacts = z.infer<typeof logSchema>;

const groupSchema = z.strictObject({
  id: z.string(),
  accounts: count,
  /** Accounts joined on the days that find, before the other days judged them. */
  joined: count,
  /** Of those, accounts that the judging days support; the measures are theirs. `accounts` of them keep the group's pace. */
  judged: count,
  templates: count,
  statistic: z.strictObject({ pooledOperation: share, extractionWorkload: share, weakest: z.string() }),
  measures: measuresSchema,
  /** Cards, and networks, that three or more separate customers of the group share. */
  shared: z.strictObject({ cards: count, networks: count }),
});
export type GroupFacts = z.infer<typeof groupSchema>;

const exhibitSchema = z.strictObject({
  id: z.string(),
  says: z.string(),
  sql: z.string(),
  sha256: z.string(),
  rows: count,
});

/** One listed account, with what it is listed for, so that it can answer. */
const accountSchema = z.strictObject({
  account: z.string(),
  log10P: z.number().max(0),
  /** Its rows in the group's own templates on the days that judge, and all its rows with a prompt on these days. */
  rows: count,
  judgedRows: count,
  /** Separate customers of the group on a card with it, on a network with it, on both at once; itself included. */
  onCard: count,
  onNetwork: count,
  onBoth: count,
  /** Rows in the group's templates on all days and in its quietest six hours; days, and those at work in six hours; absent before version 8. */
  rest: z.strictObject({ rows: count, quiet: count, days: count, nights: count, log10P: z.number().max(0) }).optional(),
  reasons: z.array(z.string()),
});
export type ListedAccount = z.infer<typeof accountSchema>;

const leadSchema = z.strictObject({
  /** Always true: nothing follows from a lead. */
  noFinding: z.literal(true),
  group: z.string(),
  accounts: z.array(z.string()),
  /** All of them, where the list is cut. */
  count,
  statistic: z.strictObject({ pooledOperation: share, extractionWorkload: share }),
  /** What keeps it below the level. */
  lacks: z.array(z.string()),
});
export type Lead = z.infer<typeof leadSchema>;

export const trafficObservationsSchema = z.strictObject({
  log: logSchema,
  /** The group that the finding is about; null where it is about the whole log. */
  group: groupSchema.nullable(),
  /** Every group found in the log, by standing, without its accounts. */
  groups: z.array(groupSchema),
  accounts: z.array(accountSchema),
  /** What the group's membership and statistics were computed from; null where the finding is about the whole log. */
  tables: groupTablesSchema.nullable(),
  /** Which conclusions the log cannot carry whatever happened in it, and why. */
  outOfReach: z.array(z.strictObject({ conclusion: z.string(), why: z.string() })),
  /** Groups below the level, marked as no finding: for whoever owns the log to look at, not to act on. */
  leads: z.array(leadSchema),
  byDay: z.array(
    z.strictObject({ day: z.string(), rows: count, accounts: count, groupRows: count, groupAccounts: count }),
  ),
  templates: z.array(
    z.strictObject({ template: z.string(), rows: count, accounts: count, prompts: count, rowsOutside: count }),
  ),
  signals: z.array(z.strictObject({ signal: z.string(), rows: count, share: share, shareElsewhere: share })),
  infrastructure: z.array(z.strictObject({ kind: z.string(), values: count, largest: count, sharedAccounts: count })),
  models: z.array(z.strictObject({ model: z.string(), rows: count, share: share, shareElsewhere: share })),
  /** Which terms the listed accounts accepted, and when, where the log says so: by keyed hash; no time where it names none. */
  terms: z
    .array(z.strictObject({ account: z.string(), terms: z.string(), accepted: z.string(), firstSaid: z.string() }))
    .optional(),
  exhibits: z.array(exhibitSchema),
  /** What a campaign often shows and this group does not, in sentences. */
  notFound: z.array(z.string()),
});
export type TrafficObservations = z.infer<typeof trafficObservationsSchema>;
