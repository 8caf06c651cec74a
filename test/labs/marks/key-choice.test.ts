/** Who chose the key: every mark is paid for unless a beacon drew it after a log had its commitment; keys that were fitted. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { commitMark, drawAny } from "../../../src/labs/marks/desk/draw-mark.js";
import { log10Choices } from "../../../src/labs/marks/schemes/key-choice.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { readMarks } from "../../../src/labs/marks/schemes/mark-ring.js";
import { ask, studiesOf } from "../../asked.js";
import { EARLY, policyIn, proofIn, ROUND, SIGNATURE } from "../../dated.js";

const home = mkdtempSync(join(tmpdir(), "assay-key-choice-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const draws = new TokenDraws();
const V = 512;
const file = (value: object) => ({ type: "assay/mark/v1", vocabulary: V, ...value });
const mark = (value: object) => parseMark(file(value), "test");
const VLLM = { scheme: "gumbel", variant: "vllm", key: 7 };
const OWN = { scheme: "assay", variant: "biased", key: "1f".repeat(32) };

/** Of some likely ids the one that scores highest. */
function marked(m: Mark, length: number, among: number): number[] {
  const source = prng("key-choice", m.form);
  const scheme = schemeOf(m, draws);
  const ids = Array.from({ length: scheme.contextWidth }, () => source.below(V));
  while (ids.length < length) {
    const tried = Array.from({ length: among }, () => source.below(V));
    const scores = tried.map((t) => {
      const all = Uint32Array.from([...ids, t]);
      const place = Int32Array.of(ids.length);
      return scheme.scores(all, place, scheme.names(all, place))[0]!;
    });
    ids.push(tried[scores.indexOf(Math.max(...scores))]!);
  }
  return ids;
}
function texts(name: string, ids: readonly number[]): string {
  writeFileSync(at(name), `${JSON.stringify({ ids })}\n`);
  return at(name);
}
async function asked(name: string, markPath: string, options: object = {}) {
  const studies = await studiesOf("examine marks");
  return (await ask("examine marks", [at(name)], { mark: markPath, ...options }, { studies })).findings[0]!;
}

it("what there is to choose from is counted by the key and by what a file states beside its defaults", () => {
  const [vllm, own] = [log10Choices(mark(VLLM)), log10Choices(mark(OWN))];
  expect(Math.round(vllm)).toBe(27);
  // Of 2^256 keys the 2^80 that could be tried.
  expect(Math.round(own)).toBe(32);
  const wide = log10Choices(mark({ ...VLLM, parameters: { context_width: 12 } }));
  expect(wide - vllm).toBeCloseTo(6, 9);
  const layers = Array.from({ length: 30 }, (_, i) => i);
  expect(log10Choices(mark({ scheme: "synthid", variant: "reference", key: layers }))).toBeGreaterThan(580);
});

it("a key that a beacon drew speaks at 10^-6 with its proof, and else pays for every mark; a long text bears it", {
  timeout: 60_000,
}, async () => {
  for (const made of [VLLM, OWN]) {
    const name = made.variant;
    writeFileSync(at(`${name}.json`), JSON.stringify(file(made)));
    const plan = await commitMark(at(`${name}.json`), { secret: "5e".repeat(32), round: ROUND }, at(`${name}.plan`));
    expect(JSON.stringify(plan)).not.toContain(String(made.key).slice(0, 16).padEnd(3, '"'));
    await drawAny(at(`${name}.plan`), "plan", { signature: SIGNATURE, out: at(`${name}.drawn`) });
    const [drawn] = readMarks(readFileSync(at(`${name}.drawn`)), "drawn").marks;
    const dated = { committed: proofIn(home, plan, `${name}.proof`), policy: policyIn(home) };
    texts("short", marked(drawn!, made === VLLM ? 40 : 80, 4));
    const short = await asked("short", at(`${name}.drawn`), dated);
    expect(short).toMatchObject({ outcome: "supports-hp", observations: { key: { round: ROUND, log10Choices: 0 } } });
    const undated = await asked("short", at(`${name}.drawn`));
    expect(undated).toMatchObject({ outcome: "uncalibrated", strength: null });
    expect(undated.reason).toMatch(/no proof from a log dates the commitment.*marks that could be written and tried/);
    const late = { ...dated, committed: proofIn(home, plan, "late", [EARLY, EARLY + 600]) };
    expect((await asked("short", at(`${name}.drawn`), late)).outcome).toBe("uncalibrated");
    texts("long", marked(drawn!, 300, 12));
    expect((await asked("long", at(`${name}.drawn`))).outcome).toBe("supports-hp");
  }
});

it("a drawn mark that was altered, or has another key, is an error; so is a proof for a mark that nobody drew", async () => {
  const text = readFileSync(at("vllm.drawn"), "utf8");
  const read = (from: string | RegExp, to: string) => () => readMarks(Buffer.from(text.replace(from, to)), "mark");
  expect(read(/"key": "\d+"/, '"key": "12345"')).toThrow(/expected the key that its round draws/);
  expect(read(`"vocabulary": ${V}`, '"vocabulary": 600')).toThrow(/expected the mark of commitment/);
  expect(read("b75c69", "b75c68")).toThrow(/signature of round 123/);
  const dated = { committed: at("vllm.proof"), policy: at("policy.txt") };
  await expect(asked("long", at("vllm.json"), dated)).rejects.toThrow(/expected a mark whose key a beacon drew/);
  await expect(
    drawAny(at("vllm.plan"), "plan", { signature: SIGNATURE, out: at("x"), served: at("y") }),
  ).rejects.toThrow(/expected a plan of canaries/);
});

const synthId = (key: readonly string[]) => ({
  scheme: "synthid",
  variant: "transformers",
  key,
  parameters: { sampling_table_size: 1024 },
});

it("layers of SynthID that are chosen one by one accuse text that nobody marked by p alone, and not by the rule", async () => {
  const source = prng("key-choice", "honest");
  const ids = Uint32Array.from({ length: 400 }, () => source.below(V));
  const key = Array.from({ length: 30 }, () => {
    let best = { layer: "0", sum: -1 };
    for (let k = 0; k < 30; k++) {
      const layer = String(source.uint32());
      const scheme = schemeOf(mark(synthId([layer])), draws);
      const places = Int32Array.from({ length: ids.length - 4 }, (_, i) => i + 4);
      const sum = scheme.scores(ids, places, scheme.names(ids, places)).reduce((a, b) => a + b, 0);
      if (sum > best.sum) best = { layer, sum };
    }
    return best.layer;
  });
  writeFileSync(at("fitted.json"), JSON.stringify(file(synthId(key))));
  texts("honest", [...ids]);
  const finding = await asked("honest", at("fitted.json"));
  expect(finding.tests.find(({ id }) => id === "marks/key")!.log10P).toBeLessThan(-8);
  expect(finding).toMatchObject({ outcome: "uncalibrated", strength: null });
  expect(finding.reason).toMatch(/nothing shows who chose the key/);
});
