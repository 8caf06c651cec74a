/**
 * A group's tables: everything its membership and its statistics are computed from, as counts, so that the accused's
 * expert computes them again without the owner's engine, log or key (recompute-group.ts). Accounts stand as in the
 * finding; cards and networks as keyed hashes; accounts outside the group as numbers alone.
 */
import { z } from "zod";

const count = z.number().int().nonnegative();
const byHour = z.array(count).length(24);
const coincidences = z.strictObject({ alike: count, pairs: count });
const grain = z.strictObject({
  all: coincidences,
  byHour: coincidences,
  byTime: coincidences,
  byAccount: coincidences,
  byOwner: coincidences,
  byClock: coincidences,
});

export const groupTablesSchema = z.strictObject({
  /** Every member, whether listed or not, in ascending order of keyed hash. */
  members: z.array(
    z.strictObject({
      account: z.string(),
      /** Rows in the group's own templates on the days that judge, and all rows with a prompt on these days. */
      rows: count,
      judgedRows: count,
      log10P: z.number().max(0),
      listed: z.boolean(),
      /** Its work in the group's own templates on these days; null where it has none there. */
      work: z
        .strictObject({
          n: count,
          prompts: count,
          days: count,
          span: count,
          single: count,
          busiest: count,
          marked: count,
          gaps: count,
          regular: count,
          /** Rows by hour of the day, UTC; absent before version 6. */
          hours: byHour.optional(),
          /**
           * On all days: rows by hour of the day, UTC, and by the hour at which a day is taken to begin the days with a row
           * and those with one in their first six hours; absent before version 8.
           */
          everyDay: z.strictObject({ hours: byHour, days: byHour, nights: byHour }).optional(),
        })
        .nullable(),
    }),
  ),
  /** Accounts that p-values are ranked among: how many, their rows on the days that judge, and those in the group's templates. */
  outside: z.strictObject({ accounts: count, rows: count, rowsHere: count }),
  /** [rows in the group's templates, judged rows, accounts] of outside accounts that sent three rows there or more. */
  outsideSenders: z.array(z.tuple([count, count, count])),
  /** [rows in the group's templates, accounts] of everyone who is no member. */
  otherSenders: z.array(z.tuple([count, count])),
  sharedPrompts: z.strictObject({ shared: count, prompts: count }),
  productRows: count,
  streams: z.strictObject({
    templates: coincidences,
    byTime: coincidences,
    byAccount: coincidences,
    hours: coincidences,
    own: coincidences,
    /** Absent before version 6. */
    ownDay: coincidences.optional(),
    /** Absent before version 7. */
    byOwner: coincidences.optional(),
    byClock: coincidences.optional(),
    inHour: coincidences.optional(),
    grains: z.array(grain).optional(),
  }),
  /** Rows in the group's own templates by hour of the day, UTC, on the days that judge. */
  byHour,
  /** Cards, networks, and cards with a network that members have in common; `accounts` are places in `members`, from 0. */
  cells: z.array(
    z.strictObject({
      kind: z.enum(["payment", "network", "both"]),
      value: z.string(),
      customers: count,
      everyone: count,
      accounts: z.array(count),
    }),
  ),
  elsewhere: z.strictObject({ marked: count, rows: count }),
  /** Of the `marked` rows how many carry which wordings and settings, as bits; absent before version 9. */
  asked: z.array(z.strictObject({ wordings: count, settings: count, rows: count })).optional(),
});
export type GroupTables = z.infer<typeof groupTablesSchema>;
