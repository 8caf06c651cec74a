/** What the traffic laboratory saw, without opinion: the typed `observations` of its findings. */
import { z } from "zod";
import { fillSchema } from "./log/fill.js";

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
  accounts: count,
  rows: count,
  distinctPrompts: count,
  days: count,
});

export const logSchema = z.strictObject({
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
  statistic: z.strictObject({ pooledOperation: share, extractionWorkload: share, least: z.string() }),
  measures: measuresSchema,
});
export type GroupFacts = z.infer<typeof groupSchema>;

export const exhibitSchema = z.strictObject({
  id: z.string(),
  says: z.string(),
  sql: z.string(),
  sha256: z.string(),
  rows: count,
});

export const trafficObservationsSchema = z.strictObject({
  log: logSchema,
  /** The group that the finding is about; null where it is about the whole log. */
  group: groupSchema.nullable(),
  /** Every group found in the log, by standing, without its accounts. */
  groups: z.array(groupSchema),
  accounts: z.array(z.strictObject({ account: z.string(), log10P: z.number().max(0) })),
  byDay: z.array(
    z.strictObject({ day: z.string(), rows: count, accounts: count, groupRows: count, groupAccounts: count }),
  ),
  templates: z.array(
    z.strictObject({ template: z.string(), rows: count, accounts: count, prompts: count, rowsOutside: count }),
  ),
  signals: z.array(z.strictObject({ signal: z.string(), rows: count, share: share, shareElsewhere: share })),
  infrastructure: z.array(z.strictObject({ kind: z.string(), values: count, largest: count, sharedAccounts: count })),
  models: z.array(z.strictObject({ model: z.string(), rows: count, share: share, shareElsewhere: share })),
  exhibits: z.array(exhibitSchema),
  /** What a campaign often shows and this group does not, in sentences. */
  notFound: z.array(z.string()),
});
export type TrafficObservations = z.infer<typeof trafficObservationsSchema>;
