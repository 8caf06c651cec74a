/** What was seen of an endpoint beside its reference and controls: the typed `observations` of a finding on substitution. */
import { z } from "zod";
import { CONTROL_KINDS } from "./method.js";

const count = z.number().int().nonnegative();
const text = z.string().max(500);

export const substitutedObservationsSchema = z.strictObject({
  type: z.literal("behaviour/substituted/observations/v1"),
  settings: z.strictObject({ seed: z.string(), raw: z.boolean(), method: z.string() }),
  /** Prompts that reference, endpoint and all controls answered, and the endpoint's answers to them that were judged. */
  prompts: count,
  requests: count,
  leftOut: z.strictObject({ unanswered: count, notices: count }),
  /**
   * Share of pairs of answers to one prompt that are the same: the endpoint's, and the control's that repeats itself most.
   * Where the endpoint does more, a cache may answer, and one answer a prompt counts. Not stated before version 4.
   */
  repeats: z.strictObject({ endpoint: z.number(), most: z.number(), onceAPrompt: z.boolean() }).optional(),
  /** What was taken off the front of answers, by side. */
  frames: z.array(z.strictObject({ side: text, frame: text })).max(1000),
  /** The reference first. `surprising` by level, judged among the other hosts alone. */
  controls: z.array(
    z.strictObject({
      name: text,
      kind: z.enum(["reference", ...CONTROL_KINDS]),
      answers: count,
      surprising: z.array(count),
    }),
  ),
  levels: z.array(
    z.strictObject({
      level: z.number(),
      surprising: count,
      /** Largest rate among controls, and which. */
      control: text,
      controlRate: z.number(),
      log10E: z.number(),
    }),
  ),
  /** log10 of the e-value after so many requests, thinned. */
  course: z.array(z.strictObject({ requests: count, log10E: z.number() })).max(120),
  /** Requests after which the e-value first passed the early warning (no outcome) and the house's level. */
  warningAt: count.nullable(),
  foundAt: count.nullable(),
  /** Of the answers, what part other weights gave: an interval at 95 %; `substitute` names whose rate bounds it from above. */
  share: z.strictObject({ low: z.number(), high: z.number(), substitute: text.nullable() }).nullable(),
  tokens: z.strictObject({ prompts: count, offset: z.number(), atOffset: count, ratio: z.number() }).nullable(),
  /** The most surprising answers, and the commonest honest opening beside each. */
  exhibits: z.array(
    z.strictObject({ promptId: text, prompt: text.nullable(), surprise: z.number(), endpoint: text, honest: text }),
  ),
});
export type SubstitutedObservations = z.infer<typeof substitutedObservationsSchema>;
