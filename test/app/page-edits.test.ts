/** Some edits of the study of edits (validation/page-edits.md), at every run: none may read "holds". */
import { expect, test } from "vitest";
import study from "../../validation/page-edits.study.js";

const EVERY = 67;

test("edits of pages, figures and instructions are seen, and unedited bundles hold", async () => {
  const cases = await study.cases({});
  const small = cases.filter(({ bundle }) => /v2\/(marks|leak|code)/.test(bundle));
  expect(small.length).toBeGreaterThan(1000);
  const some = small.filter(({ kind }, i) => kind === "unedited" || i % EVERY === 0);
  for (const one of some) {
    const { verdict, edit } = await study.run(one, () => {});
    if (one.kind === "unedited") expect(verdict, one.bundle).toBe("holds");
    else expect(verdict, `${one.bundle}: ${edit}`).not.toBe("holds");
  }
}, 120_000);
