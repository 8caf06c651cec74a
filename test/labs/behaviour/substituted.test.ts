/** An endpoint beside honest hosts of the same weights: what is found, what is refused, and who must never be accused. */
import { describe, expect, test } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { logEAgainst } from "../../../src/labs/behaviour/substituted/e-value.js";
import { examineSubstituted, type Host } from "../../../src/labs/behaviour/substituted/examine.js";
import { courseOf } from "../../../src/labs/behaviour/substituted/judge.js";
import { CONTROL_KINDS, type ControlKind } from "../../../src/labs/behaviour/substituted/method.js";
import type { SubstitutedObservations } from "../../../src/labs/behaviour/substituted/observations.js";
import { readAnswers } from "../../../src/labs/behaviour/substituted/reading.js";
import { shareOf } from "../../../src/labs/behaviour/substituted/share.js";
import { poolOf, surpriseOf } from "../../../src/labs/behaviour/substituted/surprise.js";
import { tokenExhibit } from "../../../src/labs/behaviour/substituted/token-counts.js";

const PROMPTS = 60;
const WORDS = "oak elm ash fir yew box may bay fig gum".split(" ");

/** A made model: at each prompt one favourite word, and others now and then. */
function host(weights: string, name: string, { samples = 3, wild = 0.1, say = (text: string) => text } = {}): Host {
  const draws = prng("test/substituted", name);
  const records = Array.from({ length: PROMPTS * samples }, (_, i) => {
    const promptId = String(i % PROMPTS);
    const favourite = prng(`test/weights/${weights}`, promptId);
    const first = WORDS[favourite.below(WORDS.length)]!;
    const second = WORDS[favourite.below(WORDS.length)]!;
    const word =
      draws.below(1000) < 1000 * wild ? WORDS[draws.below(WORDS.length)]! : draws.below(10) < 8 ? first : second;
    return { promptId, sample: Math.floor(i / PROMPTS), text: say(`${word} is the tree of answer`), unanswered: false };
  });
  return {
    artefact: {
      name,
      kind: "transcript",
      root: `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`,
    },
    records,
    tokens: new Map(),
  };
}

const controls = CONTROL_KINDS.flatMap((kind) => ["a", "b"].map((n) => ({ ...host("ours", `${kind}-${n}`), kind })));
const more = ["c", "d"].map((n) => ({ ...host("ours", `host-${n}`), kind: "host" as const }));
const examined = (endpoint: Host, more: Partial<Parameters<typeof examineSubstituted>[0]> = {}) =>
  examineSubstituted({
    reference: host("ours", "reference"),
    endpoint,
    controls,
    substitute: null,
    prompts: new Map(),
    seed: "test",
    raw: false,
    validations: [],
    software: { name: "assay", version: "0", commit: "test" },
    ...more,
  });
const seen = (finding: ReturnType<typeof examined>) => finding.observations as SubstitutedObservations;

describe("an endpoint beside honest hosts", () => {
  test("other weights are found within ninety requests, and warned of before", () => {
    const { foundAt, warningAt, levels } = seen(examined(host("theirs", "endpoint")));
    expect(foundAt).toBeLessThanOrEqual(90);
    expect(warningAt).toBeLessThan(foundAt!);
    expect(levels.map(({ level }) => level)).toEqual([0.02, 0.1, 0.3]);
  });

  test("honest hosts are not: as recorded, framed, cooler, with notices or empty answers between", () => {
    const honest = [
      host("ours", "again"),
      host("ours", "framed", { say: (text) => `**Assistant:** ${text}` }),
      host("ours", "greets", { say: (text) => `Certainly! Here it is: ${text}` }),
      host("ours", "thinks", { say: (text) => `<think>which tree?</think>\n\n${text.toUpperCase()}` }),
      host("ours", "cooler", { wild: 0 }),
    ];
    const limited = host("ours", "limited");
    for (const [i, record] of limited.records.entries())
      if (i % 9 === 0) record.text = i % 2 ? "" : "Rate limit reached. Try again.";
    for (const each of [...honest, limited]) {
      const finding = examined(each);
      expect(finding.tests[0]!.log10P, each.artefact.name).toBeGreaterThan(-3);
      expect(seen(finding).warningAt, each.artefact.name).toBeNull();
    }
    expect(seen(examined(limited)).leftOut.notices).toBeGreaterThan(5);
  });

  test("what a relay does to texts, a cut, a cache and a prompt said again are no other weights", () => {
    const prompts = new Map(Array.from({ length: PROMPTS }, (_, p) => [String(p), `Which tree is number ${p}?`]));
    const other = host("ours", "cached", { wild: 0.2 });
    const first = new Map(other.records.filter(({ sample }) => sample === 0).map((each) => [each.promptId, each.text]));
    const cached = { ...other, records: other.records.map((each) => ({ ...each, text: first.get(each.promptId)! })) };
    const echo = host("ours", "echo");
    const honest = [
      host("ours", "cut", { say: (text) => text.slice(0, 7) }),
      host("ours", "longer", { say: (text) => `${text}, and of every question that was asked` }),
      host("ours", "joined", { say: (text) => text.replace(/(...)/g, "$1 ") }),
      { ...echo, records: echo.records.map((each) => ({ ...each, text: prompts.get(each.promptId)! + each.text })) },
      cached,
    ];
    for (const each of honest) {
      const finding = examined(each, { prompts });
      expect(seen(finding).warningAt, each.artefact.name).toBeNull();
    }
    expect(seen(examined(cached))).toMatchObject({ requests: PROMPTS, repeats: { endpoint: 1, onceAPrompt: true } });
    expect(seen(examined(host("ours", "again"))).requests).toBe(3 * PROMPTS);
    // Another tree is found although its sentence is cut.
    expect(seen(examined(host("theirs", "cut", { say: (text) => text.slice(0, 7) }))).foundAt).not.toBeNull();
  });

  test("at a completions interface, prompts that end in a blank do not count: a host may cut it off", () => {
    const raw = controls.filter(({ kind }) => kind !== "system-prompt" && kind !== "template");
    const asked = (end: string) => new Map(Array.from({ length: PROMPTS }, (_, p) => [String(p), `Tree ${p}:${end}`]));
    const of = (end: string) =>
      examined(host("theirs", "endpoint"), { controls: [...raw, ...more], raw: true, prompts: asked(end) });
    expect(seen(of("")).foundAt).not.toBeNull();
    expect(of(" ")).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("60 prompts begin or end in a blank"),
    });
  });

  test("an answer agrees with what it begins, and with what begins it", () => {
    const pool = poolOf([["oakisthetree"], ["oakis"], ["elmisthetree"]]);
    const surprise = (text: string) => surpriseOf(text, pool, 0.5);
    expect(surprise("oak")).toBe(surprise("oakis"));
    expect(surprise("oakisthetreeofall")).toBe(surprise("oakisthetree"));
    expect(surprise("ash")).toBeLessThan(surprise("elm"));
  });

  test("a host's greeting is taken off, and not the word that the model itself begins with", () => {
    const begins = (frame: string) =>
      Array.from({ length: 80 }, (_, i) => ({
        promptId: String(i % 40),
        sample: Math.floor(i / 40),
        text: `${frame}${i % 11 === 0 ? "There is" : i % 2 ? "Here are some" : "Here is a"} thing ${i % 40}`,
        unanswered: false,
      }));
    const plainly = readAnswers(begins(""), null).openings;
    for (const frame of ["<|assistant|>\n", "Sure! Here is the answer: ", "**Assistant:** Of course. "])
      expect(readAnswers(begins(frame), begins("")).openings, frame).toEqual(plainly);
    const sure = (frame: string) =>
      begins(frame).map((each, i) => (i % 3 === 0 ? { ...each, text: `${frame}Sure, thing ${i}` } : each));
    expect(readAnswers(sure("Sure! Here it is: "), sure("")).openings).toEqual(readAnswers(sure(""), null).openings);
  });

  test("without a study nothing is said, and too few or doubtful controls are refused by name", () => {
    const chat = examined(host("theirs", "endpoint"));
    expect(chat).toMatchObject({
      outcome: "uncalibrated",
      reason: expect.stringContaining("whose template is its host's own"),
    });
    const without = (kind: ControlKind) => controls.filter((control) => control.kind !== kind);
    expect(examined(host("theirs", "e"), { controls: without("system-prompt") })).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("system-prompt"),
    });
    const raw = controls.filter(({ kind }) => kind !== "system-prompt" && kind !== "template");
    expect(examined(host("theirs", "e"), { controls: [...raw, ...more], raw: true }).outcome).toBe("uncalibrated");
    const copy = [...controls.slice(0, 7), { ...controls[0]!, kind: "time" as const }];
    expect(examined(host("theirs", "e"), { controls: copy }).reason).toContain("same file");
    const silent = host("ours", "silent", { say: () => "" });
    expect(examined(silent).outcome).toBe("refused");
  });

  test("a mixture's share lies in its interval where the substitute's answers are at hand", () => {
    const [own, other] = [host("ours", "own", { samples: 12 }), host("theirs", "other", { samples: 12 })];
    const records = own.records.map((record, i) => (i % 5 === 0 ? other.records[i]! : record));
    const finding = examined({ ...own, records }, { substitute: other });
    const { share } = seen(finding);
    expect(share!.low).toBeGreaterThan(0);
    expect(share!.low).toBeLessThan(0.2);
    expect(share!.high).toBeGreaterThan(0.2);
    expect(share!.high).toBeLessThan(0.7);
  });

  test("the order of files and the call give the same finding", () => {
    const endpoint = host("theirs", "endpoint");
    const turned = { ...endpoint, records: endpoint.records.toReversed() };
    expect(examined(turned).tests).toEqual(examined(endpoint).tests);
  });
});

describe("the e-value", () => {
  test("has mean at most one where both rates are equal, at any stop", () => {
    // Margins apart: an endpoint at the margin itself, against controls whose counts are drawn as well.
    const draws = prng("test/e-value", "level");
    const below = (rate: number) => draws.below(1_000_000) < 1_000_000 * rate;
    let passed = 0;
    const runs = 60;
    for (let run = 0; run < runs; run++) {
      const rate = 0.06;
      const odds = (1.5 * rate) / (1 - rate);
      const surprising = Array.from({ length: 150 }, () => below(rate)).filter(Boolean).length;
      const hosts = [{ answers: 150, surprising: [surprising, surprising, surprising] }];
      const reached = Array.from({ length: 200 }, () => (below(odds / (1 + odds)) ? 3 : 0));
      if (courseOf(reached, hosts).log10E >= 1) passed++;
    }
    // Ville: at most a tenth; far fewer, since the least over rates is taken.
    expect(passed / runs).toBeLessThan(0.1);
  });

  test("grows with surprises, and falls with a control that surprises as often", () => {
    const few = [{ surprising: 4, answers: 200 }];
    expect(logEAgainst({ surprising: 20, answers: 30 }, few)).toBeGreaterThan(
      logEAgainst({ surprising: 10, answers: 30 }, few),
    );
    expect(logEAgainst({ surprising: 20, answers: 30 }, [...few, { surprising: 120, answers: 200 }])).toBeLessThan(0.1);
    expect(Number.isFinite(logEAgainst({ surprising: 0, answers: 30 }, [{ surprising: 0, answers: 100 }]))).toBe(true);
    expect(Number.isFinite(logEAgainst({ surprising: 30, answers: 30 }, [{ surprising: 100, answers: 100 }]))).toBe(
      true,
    );
  });
});

test("a share's interval is all there is where nothing is known", () => {
  expect(shareOf({ surprising: 0, answers: 50 }, [{ surprising: 0, answers: 100 }], null)).toEqual({ low: 0, high: 1 });
});

test("what opens the reference's answers too is no frame", () => {
  const records = (text: (i: number) => string) =>
    Array.from({ length: 20 }, (_, i) => ({ promptId: String(i), sample: 0, text: text(i), unanswered: false }));
  const reference = records((i) => `the ${WORDS[i % 10]}`);
  expect(readAnswers(reference, reference).frames).toEqual([]);
  expect(
    readAnswers(
      records((i) => `Sure: the ${WORDS[i % 10]}`),
      reference,
    ).frames,
  ).toEqual(["sure:"]);
});

test("token counts that differ by one number at every prompt are one tokenizer under another template", () => {
  const counts = (by: (n: number) => number) => new Map(Array.from({ length: 30 }, (_, i) => [String(i), by(10 + i)]));
  expect(
    tokenExhibit(
      counts((n) => n),
      counts((n) => n + 12),
    ),
  ).toEqual({ prompts: 30, offset: 12, atOffset: 30, ratio: 1 });
  expect(
    tokenExhibit(
      counts((n) => n),
      counts((n) => Math.round(1.3 * n)),
    )!.atOffset,
  ).toBeLessThan(10);
  expect(
    tokenExhibit(
      new Map(),
      counts((n) => n),
    ),
  ).toBeNull();
});
