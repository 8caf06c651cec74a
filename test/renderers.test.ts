/** Kept page renderers: the check that `npm run ok` makes sees a file that was changed, left out or edited. */
import { expect, test } from "vitest";
import { kept, touched } from "../tools/renderers.js";

test("a kept renderer that is edited, replaced or taken off the list is seen; one more is no fault", () => {
  const list = kept();
  expect(list.length).toBeGreaterThan(2);
  expect(touched(list, list)).toEqual([]);
  expect(touched(list, list.slice(0, -1))).toEqual([]);
  expect(touched(list.slice(0, 1), list)).toEqual(list.slice(1).map(({ file }) => file));
  const other = `sha256:${"0".repeat(64)}` as const;
  expect(touched(list, [{ ...list[0]!, digest: other }])).toEqual(["1.mjs"]);
  expect(touched([{ ...list[0]!, digest: other }], [])).toEqual(["1.mjs"]);
});
