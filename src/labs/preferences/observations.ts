/** What a finding about preferences holds beside its outcome: correlations by probe, what the panel reaches, exhibits. */
import { z } from "zod";

const count = z.number().int().nonnegative();
const number = z.number();

const kind = z.object({
  kind: z.string(),
  pairs: count,
  families: count,
  /** Largest residual correlation on this probe. */
  max: number,
});

const probe = z.object({
  probe: z.string(),
  prompts: count,
  items: count,
  /** Correlation of ranks, before and after the mean of other lineages, length and format are taken out. */
  raw: number,
  residual: number,
  kinds: z.array(kind),
  /** Unrelated pairs of the panel, raw: what mere agreement reaches. */
  agreement: z.object({ mean: number, max: number }),
  /** Share of unrelated pairs that shuffling items would call related at 10^-8: why no such p is ever given. */
  shuffled: number,
  /** EPIC distance, which for answers of one step is STARC's too; and its range among unrelated pairs. */
  epic: z.object({ pair: number, low: number, high: number }),
  ties: z.object({ reference: number, suspect: number }),
});

const side = z.object({
  base: z.string().nullable(),
  data: z.string().nullable(),
  parameters: number.nullable(),
  /** Rank correlation of scores with length and with format on the pairs; null where neither is stated. */
  length: number.nullable(),
  format: number.nullable(),
});

const network = z.object({ layers: count, width: count });

export const preferencesObservationsSchema = z.object({
  type: z.literal("preferences/observations/v1"),
  /** Least over the probes of the residual correlation by the largest of unrelated lineages; above 1 on both, or not. */
  statistic: number,
  /** How far above all of these the pair must stand. */
  margin: number.default(1),
  /** What each kind of pair that is no relation reaches on both probes at once; the pair must stand above all. */
  kinds: z.array(z.object({ kind: z.string(), families: count, statisticMax: number })),
  probes: z.array(probe),
  panel: z.object({
    scorers: count,
    lineages: count,
    sharingBase: count,
    sharingData: count,
    leftOut: z.array(z.object({ why: z.string(), scorers: count })),
  }),
  sides: z.object({ reference: side, suspect: side }),
  /** Covariates taken out, by name. */
  takenOut: z.array(z.string()),
  /** Decisions to refuse, where both sides bring them: part of no test. */
  refusals: z
    .object({ items: count, agreement: number, residual: number, panelMean: number, panelMax: number })
    .nullable(),
  /** Runs of words in refusals of both sides and of nobody else, where both bring texts: part of no test. */
  wording: z
    .object({
      reference: count,
      suspect: count,
      /** Runs, and their share of the smaller side's. */
      shared: count,
      share: number,
      /** Unrelated pairs with texts: their share on average and at most, and how many of them reach the sides'. */
      pairs: count,
      panelMean: number,
      panelMax: number,
      reached: number,
      phrases: z.array(z.string()).max(5),
    })
    .nullable()
    .default(null),
  /** Inner states over the same prompts, where both sides bring them: part of no test. Absent where they do not. */
  states: z
    .object({
      prompts: count,
      chat: z.boolean(),
      sides: z.object({ reference: network, suspect: network }),
      panel: z.object({ models: count, lineages: count, pairs: count }),
      likeness: z.array(
        z.object({
          measure: z.enum(["cka", "reef", "refusal"]),
          value: number,
          /** Of the panel's pairs of unrelated lineages; null where it holds too few lineages. */
          panelMean: number.nullable(),
          panelMax: number.nullable(),
          reached: number.nullable(),
        }),
      ),
      /** Layers that are most alike, from 0. */
      best: z.object({ reference: count, suspect: count }),
    })
    .optional(),
});
export type PreferencesObservations = z.infer<typeof preferencesObservationsSchema>;
export type ProbeSeen = z.infer<typeof probe>;
