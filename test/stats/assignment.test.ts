import fc from "fast-check";
import { expect, test } from "vitest";
import { maximumAssignment } from "../../src/stats/assignment.js";

function* choices(rows: number, columns: number, taken: number[] = []): Generator<number[]> {
  if (taken.length === rows) yield taken;
  else for (let c = 0; c < columns; c++) if (!taken.includes(c)) yield* choices(rows, columns, [...taken, c]);
}

test("is as good as the best of all assignments, and one to one", () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 2 }));
  fc.assert(
    fc.property(
      shape.chain(([rows, more]) =>
        fc.record({
          rows: fc.constant(rows),
          columns: fc.constant(rows + more),
          value: fc.array(fc.integer({ min: -50, max: 50 }), {
            minLength: rows * (rows + more),
            maxLength: rows * (rows + more),
          }),
        }),
      ),
      ({ rows, columns, value }) => {
        const total = (map: ArrayLike<number>) =>
          Array.from(map).reduce((sum, c, r) => sum + value[r * columns + c]!, 0);
        const found = maximumAssignment(Float64Array.from(value), rows, columns);
        expect(new Set(found).size).toBe(rows);
        expect(total(found)).toBe(Math.max(...[...choices(rows, columns)].map(total)));
      },
    ),
    { numRuns: 200 },
  );
});
