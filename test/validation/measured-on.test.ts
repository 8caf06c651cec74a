/** Sentences on what a method was measured on: bound to their study, and never "not measured" where a study was made. */
import { expect, test } from "vitest";
import { studied } from "../../src/app/known.js";
import { faultsOfSentence } from "../../validation/runner/measured-on.js";

const study = { methodVersion: "3", nulls: { pairs: 1200 }, positives: { pairs: 60 } };

test("a sentence of another version, or with a number that its study has not, is a fault", () => {
  const page = "trained models of 0.1 to 1 million parameters; 133 of them, 10,234 pairs";
  const says = "133 trained models of 0.1 to 1 million parameters, 10,234 and 1,200 pairs";
  expect(faultsOfSentence({ version: "3", says }, study, page)).toEqual([]);
  expect(faultsOfSentence({ version: "2", says }, study, page)).toEqual([
    "the record speaks of version 2, the study is of version 3: read the sentence anew",
  ]);
  const other = faultsOfSentence({ version: "3", says: "134 models" }, study, page);
  expect(other).toEqual(['"134 models": 134 does not stand on the study\'s page']);
  expect(faultsOfSentence({ version: "3", says: "Version 1 had 60 pairs." }, study, page)).toEqual([]);
});

test("a method whose earlier version was studied is not called unmeasured; what was measured is said of that version alone", () => {
  const of = (proposition: string, id: string, version: string) =>
    studied({
      proposition: { id: proposition, hp: "", hd: "" },
      method: { id, version, validation: null },
    });
  expect(of("weights/direction", "weights/direction", "2")).toEqual({
    measuredOn: null,
    studiedBefore: expect.stringMatching(/^Version 1 was studied: .* a forged origin/),
  });
  const other = of("marks/leak", "marks/leak", "1");
  expect(other.measuredOn).toBeNull();
  expect(other.studiedBefore).toMatch(/^Version \d+ of the method was studied, on a model below 1 million parameters/);
  expect(of("traffic/harvest", "traffic/harvest-agreement", "1")).toEqual({ measuredOn: null, studiedBefore: null });
});
