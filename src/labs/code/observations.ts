/** What a finding about code holds beside its outcome: units by score, the panel, what was left out. No source text. */
import { z } from "zod";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);

const unit = z.object({
  path: z.string(),
  name: z.string(),
  line: count,
  language: z.string(),
  exclusive: z.array(count),
  shared: z.array(count),
  score: share,
  panelMax: share,
  /** Lines that say where it was taken from, and licences that the file names. */
  attribution: z.array(z.string()),
  licences: z.array(z.string()),
});

const direction = z.object({
  scored: count,
  max: share,
  panelMax: share,
  /** Makers that reach as much on any of the units, those shared with the public among them. */
  panelAtOrAbove: count,
  /** Units left out because a maker of the index has as much of them; absent before version 2. */
  public: count.optional(),
  units: z.array(unit),
  kin: z.array(z.object({ maker: z.string(), share })),
});

const span = z.object({ path: z.string(), line: count, last: count });

/** What one file of each side has in common and no maker of the index has, by first and last line. */
const passage = z.object({
  language: z.string(),
  claimant: span,
  suspect: span,
  prints: z.array(count),
  score: share,
});

const side = z.object({
  files: count,
  tokens: count,
  units: count,
  languages: z.record(z.string(), z.object({ files: count, tokens: count })),
  leftOut: z.array(z.object({ why: z.string(), files: count })),
  /** Files that were not read whole, by share: 1 of those left out as unreadable. Absent where all were, and before version 6. */
  unread: z.object({ files: z.array(z.object({ path: z.string(), share })), more: count }).optional(),
  /** Files that bear the head of a licence, by licence: it says nothing of whose they are. Absent before version 4. */
  licenceHeads: z.array(z.object({ licence: z.string(), files: count })).optional(),
});

export const codeObservationsSchema = z.object({
  type: z.literal("assay/code-observations/v1"),
  printTokens: z.array(count),
  sides: z.object({ reference: side, suspect: side }),
  corpus: z.object({
    dated: z.string(),
    makers: count,
    panels: z.array(z.object({ language: z.string(), makers: count })),
    leftOut: z.array(z.string()),
  }),
  /** The claimant's units in the suspect, and the suspect's units in the claimant. */
  forward: direction,
  turned: direction,
  /** Largest first; absent before version 5. */
  passages: z.array(passage).optional(),
  /** Licences the two sides' shared files name that differ. */
  licenceConflicts: z.array(z.string()),
  /** What readers who saw no score said of the units; null where none did. */
  review: z
    .object({
      reader: z.string(),
      digest: z.string(),
      units: count,
      explained: z.array(z.object({ path: z.string(), line: count, by: z.string() })),
      /** Score before and after explained units were left out. */
      before: share,
      after: share,
    })
    .nullable(),
});
export type CodeObservations = z.infer<typeof codeObservationsSchema>;
export type DirectionSeen = z.infer<typeof direction>;
export type SideSeen = z.infer<typeof side>;
