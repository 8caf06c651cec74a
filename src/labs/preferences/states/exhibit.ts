/**
 * Inner states of two models over the same prompts, beside those of pairs of a panel that nobody documents as related: linear
 * CKA by its unbiased estimator (Song et al. 2012), REEF's biased CKA (Zhang et al. 2024, arXiv 2410.14273), and projections
 * on a refusal direction (Arditi et al. 2024, arXiv 2406.11717). An exhibit and part of no test: models that read the same
 * prompts come to like states, and what sets one pair apart from strangers was measured on small models alone.
 */
import { type Aligned, alignedForm, alignment, product } from "../../../stats/kernel-alignment.js";
import type { States } from "../../../transcript/states-file.js";
import type { PreferencesObservations } from "../observations.js";
import { castOf } from "../residual/cast.js";
import type { Lineage } from "../scores/lineage.js";
import { refusalProjections } from "./refusal-direction.js";

/** Lineages of a panel without which no rank is shown. */
const STATES_LINEAGES_MIN = 5;
/** Models of a panel: 2,016 pairs of some thousand pairs of layers each are a minute or two. */
export const STATES_PANEL_MAX = 64;

export interface StatesOf {
  name: string;
  states: States;
}

type Seen = NonNullable<PreferencesObservations["states"]>;
type Measure = Seen["likeness"][number]["measure"];

/** @param panel of the sides' prompts, under names that `lineage` documents @returns exhibits, no opinion */
export function statesSeen(sides: readonly [StatesOf, StatesOf], panel: readonly StatesOf[], lineage: Lineage): Seen {
  const all = [...sides, ...panel];
  const forms = all.map(({ states }) => formOf(states));
  const { kind, lineages } = castOf(
    all.map(({ name }) => name),
    lineage,
  );
  const strangers: Compared[] = [];
  for (let i = 2; i < all.length; i++)
    for (let j = 2; j < i; j++) if (kind(i, j) === "unrelated lineages") strangers.push(compared(forms[i]!, forms[j]!));
  const own = compared(forms[0]!, forms[1]!);
  const counted = new Set(lineages.slice(2)).size;
  const { states } = sides[0];
  return {
    prompts: states.purposes.length,
    chat: states.chat,
    sides: {
      reference: { layers: sides[0].states.grams.length, width: sides[0].states.width },
      suspect: { layers: sides[1].states.grams.length, width: sides[1].states.width },
    },
    panel: { models: panel.length, lineages: counted, pairs: strangers.length },
    likeness: (["cka", "reef", "refusal"] as const).flatMap((measure) => {
      const value = own[measure];
      if (value === null) return [];
      const others = strangers.flatMap((each) => each[measure] ?? []);
      const ranked = counted >= STATES_LINEAGES_MIN && others.length > 0;
      return [
        {
          measure,
          value: round(value),
          ...(ranked
            ? {
                panelMean: round(others.reduce((a, b) => a + b, 0) / others.length),
                panelMax: round(others.reduce((a, b) => Math.max(a, b), -1)),
                reached: round(others.filter((other) => other >= value).length / others.length),
              }
            : { panelMean: null, panelMax: null, reached: null }),
        },
      ];
    }),
    best: { reference: own.at[0], suspect: own.at[1] },
  };
}

interface Form {
  layers: readonly Aligned[];
  /** By layer; null where the prompts hold no pairs of requests. */
  refusals: readonly Float64Array[] | null;
}

/** What a model's states are compared by. */
export function formOf({ grams, purposes }: States): Form {
  const layers = grams.map((gram) => alignedForm(gram, purposes.length));
  const refusals = grams.map((gram) => refusalProjections(gram, purposes));
  return { layers, refusals: refusals.some((of) => of === null) ? null : (refusals as Float64Array[]) };
}

export interface Compared extends Record<Measure, number | null> {
  /** The layers that are most alike by unbiased CKA. */
  at: readonly [number, number];
}

/** The same whichever side comes first, but for `at`, which is turned. */
export function compared(a: Form, b: Form): Compared {
  const [rows, columns] = [a.layers.length, b.layers.length];
  const cka = new Float64Array(rows * columns);
  let biased = -1;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      cka[i * columns + j] = alignment(a.layers[i]!, b.layers[j]!, "unbiased");
      biased = Math.max(biased, alignment(a.layers[i]!, b.layers[j]!, "biased"));
    }
  const best = { value: Number.NEGATIVE_INFINITY, at: [0, 0] as [number, number] };
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++)
      if (cka[i * columns + j]! > best.value) {
        best.value = cka[i * columns + j]!;
        best.at = [i, j];
      }
  // Each layer with the other model's that is most like it, both ways, over the whole depth.
  const ofRow = Array.from({ length: rows }, (_, i) => mostOf(cka.subarray(i * columns, (i + 1) * columns)));
  const ofColumn = Array.from({ length: columns }, (_, j) =>
    mostOf(Float64Array.from({ length: rows }, (_, i) => cka[i * columns + j]!)),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const both = (of: readonly number[], other: readonly number[]) => (mean(of) + mean(other)) / 2;
  const refusal =
    a.refusals && b.refusals
      ? both(
          ofRow.map(({ at }, i) => product(a.refusals![i]!, b.refusals![at]!)),
          ofColumn.map(({ at }, j) => product(a.refusals![at]!, b.refusals![j]!)),
        )
      : null;
  const values = (of: readonly { value: number }[]) => of.map(({ value }) => value);
  return { cka: both(values(ofRow), values(ofColumn)), reef: biased, refusal, at: best.at };
}

function mostOf(values: Float64Array): { at: number; value: number } {
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return { at, value: values[at]! };
}

const round = (value: number) => Math.round(1e6 * value) / 1e6 + 0;
