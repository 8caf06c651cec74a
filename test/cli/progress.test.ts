/** Progress says nothing of the end before that means something. */
import { expect, test } from "vitest";
import { progressLine } from "../../src/cli/progress.js";

function drawn(steps: readonly { afterMs: number; done: number }[], total: number): string[] {
  const lines: string[] = [];
  let time = 1_000_000;
  const stream = { isTTY: true, write: (text: string) => lines.push(text) } as unknown as NodeJS.WriteStream;
  const line = progressLine(stream, () => time);
  for (const { afterMs, done } of steps) {
    time += afterMs;
    line.report({ stage: "rows", done, total });
  }
  return lines;
}

test("one of many after two seconds gives no estimate; a fiftieth after five does", () => {
  const [, early] = drawn(
    [
      { afterMs: 0, done: 0 },
      { afterMs: 2000, done: 1 },
    ],
    114_000,
  );
  expect(early).not.toContain("left");
  const [, slow] = drawn(
    [
      { afterMs: 0, done: 0 },
      { afterMs: 60_000, done: 10 },
    ],
    114_000,
  );
  expect(slow).not.toContain("left");
  const [, later] = drawn(
    [
      { afterMs: 0, done: 0 },
      { afterMs: 10_000, done: 5 },
    ],
    100,
  );
  expect(later).toContain("about 4 min left");
});
