/**
 * Pairs for the second stage at half the study's size, a fifth of the time: every construction's matrices are drawn for
 * 32 residual dimensions and 64 units. Each other pair has the one model turned by a third tool, as tools that quantise
 * do, so that the exact tests are silent and the second stage is what speaks. Biases are not turned: `turns` says who is.
 */
import { type Construction, type Made, makePair, TINY } from "../../materials/weights/structured.ts";
import { turned } from "../../materials/weights/turned.ts";

const HALF = { ...TINY, hidden: TINY.hidden / 2, units: TINY.units / 2, heads: 1, headDim: 16, vocabulary: 64 };

/** Whether a tool can turn the models of a construction: one with biases it would have to turn as well. */
export const turns = ({ biases }: Construction): boolean => biases === undefined;

/** @param by the seed of the tool that turns the second model; left out, both stay as they were drawn */
export function halfPair(c: Construction, name: string, by?: string): [Made, Made] {
  const halved: Construction = { ...c, ...(c.second ? { second: half(c.second) } : {}) };
  const [a, b] = makePair(halved, name, [`${name} a`, `${name} b`], HALF);
  return [a, by === undefined ? b : turnedBy(b, by)];
}

/** Widths halve; how many layers there are stays. */
function half({ units, hidden, ...rest }: NonNullable<Construction["second"]>): NonNullable<Construction["second"]> {
  return {
    ...rest,
    ...(units === undefined ? {} : { units: units / 2 }),
    ...(hidden === undefined ? {} : { hidden: hidden / 2 }),
  };
}

/** The same model by another's tool: its residual stream turned, its units in another order. */
export function turnedBy({ model, tensors }: Made, seed: string): Made {
  const values = new Map(
    [...tensors].map(([name, data]) => {
      const { rows, columns } = model.tensors.get(name)!.matrix;
      return [name, { rows, columns, data }] as const;
    }),
  );
  const { model: other, values: out } = turned({ model, values }, seed);
  return { model: other, tensors: new Map([...out].map(([name, { data }]) => [name, data])) };
}
