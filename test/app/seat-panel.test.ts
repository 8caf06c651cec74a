/** Who may stand as an independent family: not a copy under another name, and not answers to other prompts. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { examineTranscripts } from "../../src/labs/behaviour/desk/examine-transcripts.js";
import { SEED_DEFAULT } from "../../src/labs/behaviour/method.js";
import { behaviourObservationsSchema } from "../../src/labs/behaviour/observations.js";
import {
  type Answers,
  recordings,
  seatPanel,
  startsKept,
  startsOf,
} from "../../src/labs/behaviour/panel/seat-panel.js";
import { answersOf } from "../labs/behaviour/made-answers.js";

const PROMPTS = 60;

function model(seed: string, change = (text: string) => text, name = seed): Answers {
  const texts = new Map([...answersOf({ seed }, PROMPTS)].map(([id, text]) => [id, change(text)]));
  return { name, root: sha256Digest(utf8(name)), texts };
}

function families(panel: readonly Answers[], bases: Map<string, string> | null = null): number {
  const members = panel.map((of, place) => ({
    ...of,
    place,
    own: false,
    answered: PROMPTS,
    starts: startsKept(startsOf(of)),
  }));
  const promptIds = [...panel[0]!.texts.keys()];
  const { cast } = seatPanel({ siblings: 0, releases: 0, members, promptIds, bases, coverage: 0.8 });
  return new Set(cast.panel.map((k) => cast.groups[k])).size;
}

describe("a panel's families", () => {
  it("are as many as its models where these are unrelated", () => {
    expect(families(Array.from({ length: 12 }, (_, i) => model(`seat/${i}`)))).toBe(12);
  });

  it("are one where one model stands under many names: copied, cut, added to, mixed with another's answers", () => {
    const other = model("seat/other").texts;
    const mixed = model("seat/0", (text) => text, "mixed");
    [...mixed.texts.keys()].slice(0, 30).forEach((id) => {
      mixed.texts.set(id, other.get(id)!);
    });
    const panel = [
      model("seat/0"),
      model("seat/0", (text) => text, "copy"),
      model("seat/0", (text) => `${text} Thanks.`, "added to"),
      model("seat/0", (text) => text.slice(0, 210), "cut"),
      mixed,
    ];
    expect(families(panel)).toBe(1);
    expect(families([...panel, model("seat/1")])).toBe(2);
    expect(families(panel, new Map(panel.map(({ name }) => [name, `base of ${name}`])))).toBe(1);
  });

  it("do not hold a side under another name, cut or added to", () => {
    const isSame = recordings([model("seat/0"), model("seat/1")]);
    const isOwn = (of: Answers) => isSame(of, startsOf(of));
    expect(isOwn(model("seat/1", (text) => `${text} Thanks.`, "other"))).toBe(true);
    expect(isOwn(model("seat/0", (text) => text.slice(0, 210), "cut"))).toBe(true);
    expect(isOwn(model("seat/2"))).toBe(false);
  });
});

describe("prompts that differ under one id", () => {
  const dir = mkdtempSync(join(tmpdir(), "assay-prompts-"));
  const write = (name: string, seed: string, prompt: (id: string) => string) => {
    const records = [...answersOf({ seed }, PROMPTS)].map(([id, text]) => ({
      prompt_id: id,
      prompt: prompt(id),
      text,
    }));
    writeFileSync(join(dir, name), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    return join(dir, name);
  };
  const asked = (id: string) => `What about number ${id}, and why?`;
  mkdirSync(join(dir, "panel"));
  for (let i = 0; i < 16; i++) write(`panel/m${i}.jsonl`, `seat/p${i}`, asked);
  write("panel/others.jsonl", "seat/others", (id) => `Another question, ${id}`);
  const reference = write("reference.jsonl", "seat/r", asked);
  const examine = (suspect: string) =>
    examineTranscripts({
      reference,
      suspect,
      panel: join(dir, "panel"),
      siblings: [],
      settings: { seed: SEED_DEFAULT, questions: "relations", tries: 1 },
      studies: [],
      onProgress: () => undefined,
    });

  it("are no shared prompts: an error for a side, left out for a panel's model", { timeout: 60_000 }, async () => {
    await expect(examine(write("other.jsonl", "seat/s", (id) => `Something else ${id}`))).rejects.toThrow(
      "expected one prompt under one id",
    );
    // A recorder that keeps the system prompt too, and breaks lines otherwise.
    const suspect = write("suspect.jsonl", "seat/s", (id) => `You are helpful.\n\n${asked(id).replace(" ", "\n")}`);
    const { findings } = await examine(suspect);
    const { panel } = behaviourObservationsSchema.parse(findings[0]!.observations);
    expect(panel).toMatchObject({ models: 16, families: 16 });
    expect(panel.leftOut).toEqual([{ why: "answered less than 80 % of the prompts", models: 1 }]);
  });
});
