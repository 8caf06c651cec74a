/** Histories of the UDRP under its own pack: what folds, what is late, what cannot be. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SHIPPED_PACKS, shippedPack, WEEKENDS_ONLY } from "../../src/office/docket/packs/shipped.js";
import { readHistory, replay, type UdrpHistory } from "../../src/office/docket/replay/udrp-history.js";

const SHARED = "../shared/office/udrp/procedural-histories.jsonl";
const pack = shippedPack("udrp/v1")!;
const usual: UdrpHistory = {
  case: "made up",
  filed: "2020-01-02",
  registrarAsked: "2020-01-03",
  commenced: "2020-01-17",
  responseDue: null,
  defaulted: true,
  panelAppointed: "2020-02-10",
  panelNames: 1,
  decided: "2020-02-24",
  deficiencyNoticed: false,
  outcome: "transfer",
};
const run = (change: Partial<UdrpHistory>) => replay({ ...usual, ...change }, pack, WEEKENDS_ONLY);

test("packs that ship have the digests by which cases know them", () => {
  expect(SHIPPED_PACKS.map(({ data, digest }) => [data.id, digest])).toMatchSnapshot();
});

describe("a history under udrp/v1", () => {
  test("in order it folds, and each time says how it was computed", () => {
    const { result, late, flags, deadlines } = run({});
    expect({ result, late, flags }).toEqual({
      result: "folds",
      late: false,
      flags: [{ flag: "default", at: "2020-02-07T12:00:00Z" }],
    });
    expect(deadlines[0]).toEqual({
      timer: "response",
      due: "2020-02-07T12:00:00Z",
      status: "expired",
      computation: [
        "began 2020-01-17T23:59:59Z: notice, entry 2; counted from 2020-01-17",
        "+ 20 days: 2020-02-06",
        "ends 24:00 of 2020-02-06 in UTC-12, which is 2020-02-07T12:00:00Z",
      ],
    });
  });

  test("the fourteenth day is in time, the fifteenth is late", () => {
    expect(run({ decided: "2020-02-24" }).late).toBe(false);
    expect(run({ decided: "2020-02-25" }).late).toBe(true);
  });

  test("days that run backwards are refused", () => {
    expect(run({ decided: "2019-02-24" })).toMatchObject({ result: "refused", refused: { kind: "decision" } });
    expect(run({ panelAppointed: "2020-01-10" })).toMatchObject({ result: "refused" });
    expect(run({ commenced: "2019-12-17" })).toMatchObject({ result: "refused", refused: { kind: "notice" } });
  });

  test("a panel before the time to answer has run is refused on default, and none of a response's business", () => {
    expect(run({ panelAppointed: "2020-02-01" })).toMatchObject({ result: "refused" });
    expect(run({ panelAppointed: "2020-02-01", decided: "2020-02-10", defaulted: false }).result).toBe("folds");
  });

  test("a cured deficiency folds; a published due date that differs is told", () => {
    expect(run({ deficiencyNoticed: true }).result).toBe("folds");
    expect(run({ responseDue: "2020-02-05" }).differences).toEqual([
      "the response was due 2020-02-06 as computed, 2020-02-05 as published",
    ]);
  });

  test("without its days a history is incomplete, and impossible days are told all the same", () => {
    expect(run({ decided: null })).toMatchObject({ result: "incomplete", missing: ["decided"] });
    expect(run({ filed: null, decided: "2019-01-01" })).toMatchObject({ result: "refused" });
  });

  test("what is no history is an error that names the line", () => {
    expect(() => readHistory('{"case":"x","filed":"2020-02-30"}', "file, line 3")).toThrow(/file, line 3: at filed/);
  });
});

test.skipIf(!existsSync(SHARED))("the published histories at hand", () => {
  const all = readFileSync(SHARED, "utf8")
    .trim()
    .split("\n")
    .map((line, at) => replay(readHistory(line, `line ${at + 1}`), pack, WEEKENDS_ONLY));
  const named = (result: string) => all.filter((each) => each.result === result);
  expect({
    histories: all.length,
    folds: named("folds").length,
    late: all.filter(({ late }) => late).length,
    refused: named("refused").map((each) => each.case),
    incomplete: named("incomplete").length,
    differences: all.flatMap(({ differences }) => differences),
  }).toMatchSnapshot();
});
