/** What was found of versions of these methods that are asked no more. */
import type { PastVersion } from "../../finding/past-version.js";

const SHARED_STRUCTURE = "validation/weights-shared-structure.md";
const ALIGNED = "validation/weights-aligned-units.md";
const PERMUTED = "validation/weights-permuted-units.md";

const NUMBERS_ALONE =
  "It believed numbers of units alone, and accused independent models that share a static mask, groups, windows, a common factor, hashed, circulant or Toeplitz weights, down to 10^−174. It also accused whoever started from one default seed of a common framework.";

const GAINS =
  "It asked a common start of rows with the gains before them or without: noise in gains that each maker trained by itself could make one of two strangers of one start look as if it held the other.";

const COLUMNS =
  "It accused makers of one default seed whose weights lean or are of one sign, where the models are narrow or few layers answer (two of 896 generated pairs at 32 dimensions, at 10^−8.5): it counted a slope's error as if rows erred each for itself, while a maker's gains tip all rows alike.";

export const WEIGHTS_PAST_VERSIONS: readonly PastVersion[] = [
  { method: "weights/unit-labels", version: "1", accused: NUMBERS_ALONE, told: SHARED_STRUCTURE },
  { method: "weights/unit-labels", version: "2", accused: NUMBERS_ALONE, told: SHARED_STRUCTURE },
  {
    method: "weights/unit-labels",
    version: "3",
    accused:
      "It accused independent models, down to 10^−18, where one mask, pattern, groups or windows lay over values without a sign of their own, or where one public adapter had been added to both; and whoever started from one default seed of a common framework.",
    told: SHARED_STRUCTURE,
  },
  {
    method: "weights/unit-labels",
    version: "4",
    accused:
      "It accused models that had one start and copied nothing, at 10^−8 to 10^−18, where that start came in another guise: a layer frozen at a public draw, public factors with scales of their own, one seed at two scales, for two sizes or two depths, and a draw that nobody had trained. All that version 5 could accuse it could too.",
    told: SHARED_STRUCTURE,
  },
  {
    method: "weights/unit-labels",
    version: "5",
    accused:
      "It accused models that had one start and copied nothing: where the framework draws biases too, where each machine of a pipeline draws from a seed of its own and depths differ, where two widths were cut from one table, where one tool's scales were moved out of the gains, where batches were so large that both were taught alike, and where the start itself has directions (centres of embeddings, weights of one sign).",
    told: SHARED_STRUCTURE,
  },
  { method: "weights/unit-labels", version: "6", accused: GAINS, told: SHARED_STRUCTURE },
  { method: "weights/unit-labels", version: "7", accused: COLUMNS, told: SHARED_STRUCTURE },
  { method: "weights/unit-labels", version: "8", accused: null, told: SHARED_STRUCTURE },
  {
    method: "weights/permuted-units",
    version: "1",
    accused:
      "It took biases for learned, and asked nothing more where gains agreed: two models of one default seed of a framework that draws biases, one of them with its units put in order by a tool, could be accused.",
    told: PERMUTED,
  },
  { method: "weights/permuted-units", version: "2", accused: GAINS, told: PERMUTED },
  { method: "weights/permuted-units", version: "3", accused: COLUMNS, told: SHARED_STRUCTURE },
  { method: "weights/permuted-units", version: "4", accused: null, told: PERMUTED },
  {
    method: "weights/rotated-units",
    version: "1",
    accused:
      "It put makers of one start above every null, though it states no strength, where depths or widths differ or the start has directions of its own: it asked about a common start only where layers of one number and width answer, and took a slope of 0.95 of nearly the same rows for a copy's.",
    told: "validation/weights-rotated-units.md",
  },
  {
    method: "weights/aligned-units",
    version: "1",
    accused:
      "It accused two makers of one default seed where a tool had turned or sorted the one's model. All that version 2 could accuse it could too.",
    told: ALIGNED,
  },
  {
    method: "weights/aligned-units",
    version: "2",
    accused:
      "It accused models that had learned another's hidden states from initial weights of their own, where they have fewer layers than it: it asked whether one model holds the other whole only where layers of one number answer to each other.",
    told: ALIGNED,
  },
  {
    method: "weights/aligned-units",
    version: "3",
    accused:
      "It accused two makers of one start with directions of its own, such as rows at the centres of a published table, and of one start by machines that each draw from a seed of their own, where a tool had turned the one's model.",
    told: ALIGNED,
  },
  {
    method: "weights/aligned-units",
    version: "4",
    accused:
      "It accused makers of one default seed whose weights lean, where a tool had turned the one's model and models are narrow (12 of 150 generated pairs at 32 dimensions, 1 of 150 at 64): it counted a slope's error as if rows erred each for itself, while a maker's gains tip all rows alike.",
    told: ALIGNED,
  },
  {
    method: "weights/init-anchor",
    version: "1",
    accused:
      "It accused whoever started from the same public seed as the claimant, at 10^−25863 and below, where the claimant showed that draw: it did not ask whether the one holds what the other changed since.",
    told: "validation/weights-init-anchor.md",
  },
  {
    method: "weights/init-anchor",
    version: "2",
    accused:
      "It asked whether the one holds what the other changed of models of any size, where it had been seen on small ones alone; of large ones trained alike from one public seed it is not known how near they come.",
    told: "validation/weights-init-anchor.md",
  },
  {
    method: "weights/direction",
    version: "1",
    accused:
      "It named as the origin a public release to which noise below half a step had been added. Nothing is concluded from values since.",
    told: "validation/weights-direction.md",
  },
];
