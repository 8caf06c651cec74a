/** Canaries and leaked copies: exact laws, who is named, who is not (negative controls). */
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/base/bytes.js";
import type { Recipients } from "../../../src/evidence/recipients.js";
import { encodeValues } from "../../../src/kernels/encode-values.js";
import { Kernel } from "../../../src/kernels/kernel.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { agreementsLaw, givenOption, testCanaries } from "../../../src/labs/marks/canaries/canaries.js";
import { assignments, committedPlan, readPlan } from "../../../src/labs/marks/canaries/canary-plan.js";
import { traceLeak } from "../../../src/labs/marks/leak/leak.js";
import { bitRates, codeWord } from "../../../src/labs/marks/leak/leak-code.js";
import { markTensor, noTraces, readTensor, rootMeanSquare, runsOf } from "../../../src/labs/marks/leak/weight-mark.js";
import { log10BinomialTail } from "../../../src/stats/exact-tails.js";

describe("canaries", () => {
  const plan = committedPlan({
    secret: "ab".repeat(32),
    round: null,
    accounts: Array.from({ length: 50 }, (_, i) => `account-${i}`),
    items: Array.from({ length: 30 }, (_, i) => ({
      id: `i${i}`,
      question: "",
      options: ["amber", "basalt", "cedar", "dune"],
    })),
  });

  it("the law of agreements is the binomial where all items have as many options", () => {
    const law = agreementsLaw(new Array(30).fill(0.25));
    for (const k of [0, 1, 7, 15, 30]) expect(law[k]! / Math.LN10).toBeCloseTo(log10BinomialTail(k, 30, 0.25), 9);
  });
  it("a suspect that learned one account's canaries names it, and no other", () => {
    const results = testCanaries(plan, [...assignments(plan)[17]!]);
    expect(results[0]).toMatchObject({ account: "account-17", agreements: 30 });
    expect(results.filter((r) => r.log10P + Math.log10(50) <= -6).map((r) => r.account)).toEqual(["account-17"]);
  });
  it("answers that have nothing to do with the plan name nobody (negative control)", () => {
    for (let n = 0; n < 200; n++) {
      const answers = plan.items.map((_, i) => (i * 7 + n * 13 + ((i * n) % 5)) % 4);
      expect(testCanaries(plan, answers)[0]!.log10P + Math.log10(50)).toBeGreaterThan(-6);
    }
  });
  it("a plan that was altered after its commitment is turned down", () => {
    expect(readPlan(utf8(JSON.stringify(plan)), "plan").accounts.length).toBe(50);
    const altered = { ...plan, secret: "cd".repeat(32) };
    expect(() => readPlan(utf8(JSON.stringify(altered)), "plan")).toThrow(/commitment/);
  });
  it("items without an answer count as disagreements, so that leaving out gains nothing", () => {
    const served = assignments(plan)[17]!;
    const half = testCanaries(
      plan,
      [...served].map((option, i) => (i < 15 ? option : null)),
    )[0]!;
    expect(half).toMatchObject({ account: "account-17", agreements: 15, answered: 15 });
    expect(half.log10P).toBeCloseTo(log10BinomialTail(15, 30, 0.25), 9);
  });
  it("an answer that names no option, or two, gives none", () => {
    expect(givenOption("It is Basalt.", ["amber", "basalt"])).toBe(1);
    expect(givenOption("amber or basalt", ["amber", "basalt"])).toBe(null);
    expect(givenOption("no idea", ["amber", "basalt"])).toBe(null);
  });
});

/** Abramowitz and Stegun 7.1.26: 1.5e-7 is enough to check a frequency. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 1 - poly * Math.exp(-x * x);
}

describe("leaked copies", () => {
  const draws = new TokenDraws();
  const names = Array.from({ length: 200 }, (_, i) => `r${i}`);
  const code: Recipients = {
    type: "assay/recipients/v1",
    key: "11".repeat(32),
    bits: 512,
    strength: 0.01,
    recipients: names,
  };
  const rates = bitRates(code);
  const original = Float32Array.from({ length: 400_000 }, (_, i) => Math.sin(i * 12.9898) * 0.03);
  const runs = runsOf(code.key, "w", original.length, code.bits, draws);
  const copyFor = (name: string) => {
    const copy = original.slice();
    markTensor(copy, runs, codeWord(code, name, rates), code.strength * rootMeanSquare(original));
    return copy;
  };
  const traced = (suspect: Float32Array) => {
    const traces = noTraces(code.bits);
    readTensor(original, suspect, runs, traces);
    return traceLeak(code, traces, draws, { words: 2000, seed: "test" });
  };
  const int8 = (values: Float32Array) => values.map((x) => Math.round(x / (0.03 / 127)) * (0.03 / 127));

  it("a copy rounded to 8 bits names its recipient", () => {
    const { recipients, fresh } = traced(int8(copyFor("r42")));
    expect(recipients[0]!.name).toBe("r42");
    expect(recipients[0]!.log10P).toBeLessThan(-9);
    expect(fresh.reaching).toBe(0);
    expect(recipients[1]!.log10P).toBeGreaterThan(-6);
  });
  it("a tensor read in stripes has the runs of the whole", () => {
    const whole = runsOf(code.key, "w", 64 * 40, code.bits, draws);
    const rest = runsOf(code.key, "w", 64 * 15, code.bits, draws, 64 * 25);
    expect([...rest.bit]).toEqual([...whole.bit.subarray(25)]);
    expect([...rest.signs]).toEqual([...whole.signs.subarray(50)]);
  });
  it("fresh words reach a low score as often as the law says", () => {
    // A weak copy, so that some innocents reach it: its rank among fresh words must agree with the bound's order.
    const copy = copyFor("r42");
    const weak = original.map((x, i) => x + 0.02 * (copy[i]! - x) + 0.0004 * Math.sin(i * 78.233));
    const traces = noTraces(code.bits);
    readTensor(original, weak, runs, traces);
    const { recipients, fresh } = traceLeak(code, traces, draws, { words: 20_000, seed: "test" });
    const z = recipients[0]!.deviations;
    const normalTail = 0.5 * (1 - erf(z / Math.SQRT2));
    expect(fresh.reaching / 20_000).toBeGreaterThan(normalTail / 2 - 5e-4);
    expect(fresh.reaching / 20_000).toBeLessThan(normalTail * 2 + 5e-4);
  });
  it("two colluders who average are both first", () => {
    const [a, b] = [copyFor("r1"), copyFor("r2")];
    const { recipients } = traced(a.map((x, i) => (x + b[i]!) / 2));
    expect(
      recipients
        .slice(0, 2)
        .map((r) => r.name)
        .sort(),
    ).toEqual(["r1", "r2"]);
    expect(recipients[0]!.log10P).toBeLessThan(-9);
  });
  it("an unmarked model, changed or not, names nobody (negative control)", () => {
    expect(traced(original).recipients[0]!.log10P).toBe(0);
    const changed = original.map((x, i) => x + 0.001 * Math.sin(i * 78.233));
    expect(traced(changed).recipients[0]!.log10P + Math.log10(200)).toBeGreaterThan(-6);
  });
});

it("values go back into half formats to the nearest, as the decoder reads them", () => {
  const kernel = new Kernel();
  for (const dtype of ["F16", "BF16"] as const) {
    const bytes = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer);
    const values = kernel.decode(dtype, bytes);
    const back = encodeValues(dtype, values);
    let different = 0;
    for (let i = 0; i < 65_536; i++)
      if (!Number.isNaN(values[i]!) && (back[2 * i] !== bytes[2 * i] || back[2 * i + 1] !== bytes[2 * i + 1]))
        different++;
    expect(different).toBe(0);
  }
});
