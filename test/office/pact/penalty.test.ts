/** Penalty ranges: monotone in each factor, caps exact, sources and dates printed, no figure without what it needs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cap, readCaps, SHIPPED_CAPS } from "../../../src/office/pact/penalty/cap.js";
import { FACTORS, type FactorId, type Grade, penaltyRange } from "../../../src/office/pact/penalty/penalty.js";

const ON = "2026-11-29";
const cap = (id: string) => SHIPPED_CAPS.get(id)!;
const turnover = (value: string, currency = "EUR") => ({ value, currency, source: "annual report" });
const graded = (grades: Partial<Record<FactorId, number>>): Grade[] =>
  Object.entries(grades).map(([id, grade]) => ({
    id: id as FactorId,
    grade: grade as Grade["grade"],
    because: "shown",
  }));
const of = (id: string, value: string | null, grades: Grade[] = [], currency = "EUR") =>
  penaltyRange({
    cap: cap(id),
    turnover: value === null ? null : turnover(value, currency),
    rate: null,
    grades,
    on: ON,
  });

test("caps are exact, in whole units, to the last one", () => {
  // 3 % of 500,000,001 is 15,000,000.03: the share is the higher, and rounding is down.
  expect(of("eu-ai-act-101", "500000000").atMost).toBe("15000000");
  expect(of("eu-ai-act-101", "500000034").atMost).toBe("15000001");
  expect(of("eu-ai-act-101", "500000033").atMost).toBe("15000000");
  expect(of("eu-ai-act-101", "999999999999999999").atMost).toBe("29999999999999999");
  expect(of("eu-ai-act-99-3", "100").atMost).toBe("35000000");
  expect(of("eu-ai-act-99-3-small", "10000000").atMost).toBe("700000");
  expect(of("eu-ai-act-99-4", "2000000000").atMost).toBe("60000000");
  expect(of("eu-ai-act-99-5", "2000000000").atMost).toBe("20000000");
  expect(of("uk-osa-13-4", "100000000", [], "GBP").atMost).toBe("18000000");
  expect(of("uk-dmcc-88", "123456789", [], "GBP").atMost).toBe("1234567");
  expect(of("us-ca-sb53", "500000001", [], "USD").atMost).toBe("1000000");
});

describe("no figure", () => {
  const says = (range: ReturnType<typeof of>) => {
    expect([range.low, range.high, range.atMost]).toEqual([null, null, null]);
    return range.says;
  };
  test("without a turnover, for every cap", () => {
    for (const id of SHIPPED_CAPS.keys()) expect(says(of(id, null)), id).toMatch(/^no figure/);
  });
  test("where the currency is another and no rate is given, or one the wrong way round", () => {
    expect(says(of("eu-ai-act-101", "900000000", [], "USD"))).toContain("no rate from USD to EUR");
    const rate = { from: "EUR", to: "USD", rate: "1.0852", source: "central bank" };
    expect(
      says(
        penaltyRange({ cap: cap("eu-ai-act-101"), turnover: turnover("900000000", "USD"), rate, grades: [], on: ON }),
      ),
    ).toContain("no rate from USD to EUR");
  });
  test("for a bill, a deferred fine, a law not in force yet, below a threshold", () => {
    expect(says(of("us-hr8283", "900000000", [], "USD"))).toContain("a bill caps nothing");
    expect(says(of("us-no-adversarial-ai", "900000000", [], "USD"))).toContain("a bill caps nothing");
    expect(says(of("kr-ai-basic-act", "900000000", [], "KRW"))).toContain("put off");
    expect(
      says(
        penaltyRange({
          cap: cap("eu-ai-act-101"),
          turnover: turnover("900000000"),
          rate: null,
          grades: [],
          on: "2026-08-01",
        }),
      ),
    ).toContain("not in force on 2026-08-01");
    expect(says(of("us-ca-sb53", "500000000", [], "USD"))).toContain("more than USD 500000000");
    expect(says(of("uk-dmcc-breach", "0", [], "GBP"))).toContain("nought");
  });
  test("a turnover without a currency or a source, a grade without a reason, a factor twice: refused", () => {
    expect(() => of("eu-ai-act-101", "1", [], "")).toThrow(/currency/);
    expect(() => of("eu-ai-act-101", "1.5")).toThrow(/whole units/);
    expect(() => of("eu-ai-act-101", "1", [{ id: "gravity", grade: 1, because: " " }])).toThrow(/reason/);
    expect(() => of("eu-ai-act-101", "1", [...graded({ gravity: 1 }), ...graded({ gravity: 2 })])).toThrow(/once/);
  });
});

test("a rate is exact too", () => {
  const rate = { from: "USD", to: "EUR", rate: "0.92149", source: "central bank, 28 Nov 2026" };
  const range = penaltyRange({
    cap: cap("eu-ai-act-101"),
    turnover: turnover("1000000000", "USD"),
    rate,
    grades: [],
    on: ON,
  });
  expect(range.atMost).toBe("27644700");
});

test("source, date and reasons are printed with every range, and it is never one number", () => {
  for (const [id, each] of SHIPPED_CAPS) {
    expect([id, each.source.length > 5, /^\d{4}-\d\d-\d\d$/.test(each.seen)]).toEqual([id, true, true]);
    const range = of(id, "90000000000", graded({ gravity: 2 }), each.currency ?? "EUR");
    expect(range.says).toContain(`read at ${each.source} on ${each.seen}`);
    expect(range.says).toContain("Not advice");
    if (range.low === null) continue;
    expect(BigInt(range.low)).toBeLessThan(BigInt(range.high!));
    expect(range.factors[0]!.because).toBe("shown");
    expect(range.formula.length).toBeGreaterThan(2);
  }
});

const inForce = [...SHIPPED_CAPS.values()].filter(({ status }) => status === "in force");
const anyGrades = fc.record(
  Object.fromEntries(FACTORS.map((id) => [id, fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })])),
) as fc.Arbitrary<Record<FactorId, number | undefined>>;
const given = (grades: Record<FactorId, number | undefined>) =>
  graded(
    Object.fromEntries(Object.entries(grades).filter(([, grade]) => grade !== undefined)) as Partial<
      Record<FactorId, number>
    >,
  );

test("monotone in each factor, inside the cap, and wider where a factor is graded by nobody", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...inForce),
      fc.bigInt({ min: 1n, max: 10n ** 15n }),
      anyGrades,
      fc.constantFrom(...FACTORS),
      (each: Cap, value, grades, factor) => {
        const at = (grade: number | undefined) =>
          penaltyRange({
            cap: each,
            turnover: turnover(value.toString(), each.currency ?? "EUR"),
            rate: null,
            grades: given({ ...grades, [factor]: grade }),
            on: ON,
          });
        const ranges = [0, 1, 2, 3].map(at);
        if (ranges[0]!.low === null) return;
        const speaksFor = factor === "cooperation" || factor === "mitigation";
        for (let i = 1; i < 4; i++)
          for (const end of ["low", "high"] as const) {
            const [a, b] = [BigInt(ranges[i - 1]![end]!), BigInt(ranges[i]![end]!)];
            expect(speaksFor ? b <= a : b >= a).toBe(true);
          }
        const unknown = at(undefined);
        for (const one of ranges) {
          expect(BigInt(one.high!) <= BigInt(one.atMost!)).toBe(true);
          expect(BigInt(one.low!) <= BigInt(one.high!)).toBe(true);
          expect(BigInt(unknown.low!) <= BigInt(one.low!) && BigInt(unknown.high!) >= BigInt(one.high!)).toBe(true);
        }
      },
    ),
    { numRuns: 500, seed: 3 },
  );
});

test("the cap grows with the turnover and never falls below its amount where the higher counts", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.bigInt({ min: 0n, max: 10n ** 12n }), (value, more) => {
      const [a, b] = [value, value + more].map((each) => BigInt(of("eu-ai-act-101", each.toString()).atMost!)) as [
        bigint,
        bigint,
      ];
      expect(a <= b && a >= 15_000_000n).toBe(true);
      expect(a === 15_000_000n || a === (value * 3n) / 100n).toBe(true);
    }),
    { numRuns: 300, seed: 5 },
  );
});

test("caps that lack what their rule compares are refused", () => {
  const one = { ...cap("eu-ai-act-101") } as Record<string, unknown>;
  delete one.digest;
  const read = (more: object) => () =>
    readCaps({ type: "assay/penalty-caps/v1", id: "x", caps: [{ ...one, ...more }] });
  expect(read({})).not.toThrow();
  expect(read({ amount: null })).toThrow(/compares what is not given/);
  expect(read({ currency: null })).toThrow(/currency/);
  expect(read({ source: "" })).toThrow(/source/);
});
