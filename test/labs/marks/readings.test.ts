/** Text in words that typography changed after it was written: undone where it can be, paid for, and said. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { detect } from "../../../src/labs/marks/desk/detector.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { READINGS } from "../../../src/labs/marks/text/readings.js";
import { textEncoder } from "../../../src/model/beside/text-encoder.js";
import { ask, studiesOf } from "../../asked.js";

const home = mkdtempSync(join(tmpdir(), "assay-readings-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const tokenizer = new URL("../../../fixtures/demo/base/tokenizer.json", import.meta.url).pathname;
const bytes = readFileSync(tokenizer);
const encoder = textEncoder(bytes, "tokenizer.json");
const V = 1024;
const MARK = { type: "assay/mark/v1", name: "harbour", scheme: "gumbel", variant: "vllm", key: 90_210, vocabulary: V };
const reading = (n: number, text: string) => READINGS[n]!.of(text);

it("readings undo typography, each in its measure, and leave other text as it is", () => {
  const plain = 'He said "it\'s 5-6 -- no...\nfine".';
  const curled = "He said “it’s 5–6 — no…\r\nfine”.";
  expect(reading(0, curled)).toBe(curled);
  expect(reading(1, curled)).toBe('He said "it\'s 5–6 — no…\nfine".');
  expect(reading(2, curled)).toBe(plain);
  expect(reading(1, "cafe\u0301 na\u00efve \ufb01ne a\u00a0b so\u00adft \u200bz 5\u20116")).toBe(
    "café naïve fine a b soft z 5-6",
  );
  // What a joiner or another script's mark means is not typography.
  for (const same of [plain, "👩\u200d🔬", "می\u200cخواهم", "«oui»", "½ ② ﷺ"])
    expect([reading(1, same), reading(2, same)]).toEqual([same, same]);
});

let words = "";
beforeAll(() => {
  // Words with quotes, dashes and accents; each next one is the best of six under the mark.
  const scheme = schemeOf(parseMark(MARK, "test"), new TokenDraws());
  const decoder = new Tokenizer(JSON.parse(bytes.toString("utf8")), {});
  const source = prng("readings", "words");
  const some = [
    ' "The',
    ' end"',
    " it's",
    " --",
    " caf\u00e9",
    " no...",
    " Town",
    " river",
    " of",
    " a",
    "\n",
    " Light",
    " six",
  ];
  const pool = [...new Set(some.flatMap((word) => Array.from(encoder.encode(word))))];
  const ids: number[] = [];
  while (ids.length < 500) {
    const tried = Array.from({ length: 6 }, () => pool[source.below(pool.length)]!);
    const scores = tried.map((token) => {
      const all = Uint32Array.from([...new Array<number>(4).fill(0), ...ids, token]);
      const place = Int32Array.of(ids.length + 4);
      return scheme.scores(all, place, scheme.names(all, place))[0]!;
    });
    ids.push(tried[scores.indexOf(Math.max(...scores))]!);
  }
  words = decoder.decode(ids, { skip_special_tokens: false });
  writeFileSync(at("mark.json"), JSON.stringify(MARK));
});

async function asked(text: string) {
  writeFileSync(at("texts.jsonl"), `${JSON.stringify({ text })}\n`);
  const studies = await studiesOf("examine marks");
  const { findings } = await ask(
    "examine marks",
    [at("texts.jsonl")],
    { mark: at("mark.json"), tokenizer },
    { studies },
  );
  const finding = findings[0]!;
  const seen = finding.observations as {
    key: { log10P: { alone: number } };
    reading?: { readings: number; name: string };
    foldedCase?: string;
  };
  return { finding, seen, alone: seen.key.log10P.alone };
}
let quote = 0;
const curl = (text: string) =>
  text
    .replace(/"/g, () => (quote++ % 2 ? "”" : "“"))
    .replace(/'/g, "’")
    .replace(/\n/g, "\r\n");

it("marked text with curled quotes and other line ends is read as it was written, at the price of its readings", async () => {
  const { seen: before, alone } = await asked(words);
  expect(before.reading).toBeUndefined();
  const { seen, alone: after, finding } = await asked(curl(words.normalize("NFD")));
  expect(seen.reading).toEqual({ readings: 2, name: READINGS[1]!.name });
  expect(after).toBeCloseTo(alone + Math.log10(2), 5);
  expect(finding.tests.at(-2)).toMatchObject({ id: "marks/key", where: "best of 2 readings, paid" });
  const dashes = await asked(
    curl(words)
      .replace(/--/g, "—")
      .replace(/\.\.\./g, "…"),
  );
  expect(dashes.seen.reading).toEqual({ readings: 3, name: READINGS[2]!.name });
  expect(dashes.alone).toBeCloseTo(alone + Math.log10(3), 5);
  // The service reads alike, and tells none of it.
  const given = { marks: [parseMark(MARK, "test")], encoder, validations: [], trust: null };
  const answers = await Promise.all([words, curl(words)].map((text) => detect(given, { text })));
  expect(answers[0]).toEqual(answers[1]);
});

it("text that nobody marked pays and stays silent; letters of one case are named as a limit", async () => {
  const none = await asked("“Nothing” — said ‘nobody’… of the town. ".repeat(12));
  expect(none.finding.outcome).toBe("inconclusive");
  expect(none.alone).toBeGreaterThan(-3);
  const folded = await asked(words.toLowerCase());
  expect(folded.seen.foldedCase).toBe("small");
  expect(folded.finding.limits.join(" ")).toContain("one case");
});
