/**
 * Drawn segments trained again by the command that their maker logged: honest ones, repeatable to the bit, noisy, or with a
 * rare fork, are not refuted; false ones are, where enough of them were drawn. The export of the last checkpoint, run again, against the released model.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type AuditedRun, OPENED_AT, openAuditedRun } from "../../materials/audit/audited-run.ts";
import {
  drawnMatrix,
  EVERY,
  EXPORTER,
  TRAINER,
  trainedHere,
  writeMatrix,
} from "../../materials/audit/resumable-run.ts";
import { commitRows } from "../../src/app/audit/commit-rows.js";
import { compareModels, logCommand, rerunDrawn } from "../../src/app/audit/rerun-run.js";
import { openRun } from "../../src/app/audit/run-log.js";
import { prng } from "../../src/base/prng.js";
import { rerunReport, type SegmentRun } from "../../src/office/audit/rerun.js";

const home = mkdtempSync(join(tmpdir(), "assay-rerun-test-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const SEGMENTS = 5;
let runs = 0;

interface Course {
  noise?: string;
  /** What is done to the checkpoints before they are committed. */
  forge?: (places: string[]) => Promise<void>;
  measured?: boolean;
  k?: number;
}

interface Made {
  run: AuditedRun;
  workspace: string;
  checkpoints: string;
  opening: string;
}

async function course({ noise = "0", forge, measured = true, k = SEGMENTS + 1 }: Course): Promise<Made> {
  const name = `rerun-${runs++}`;
  const [workspace, checkpoints] = [join(home, `${name}-work`), join(home, `${name}-out`)];
  const places = await trainedHere(workspace, checkpoints, SEGMENTS, noise);
  await forge?.(places);
  const run = await openAuditedRun(home, name, {});
  const by = { folder: run.folder, key: run.maker.key, witnesses: null };
  await commitRows({ ...by, of: "checkpoints", sources: [checkpoints], round: null, at: OPENED_AT + 400, step: null });
  const argv = [process.execPath, "train.mjs", "{from}", "{to}", "{from-step}", "{to-step}", noise];
  const measure = { from: places[0]!, steps: [0, EVERY] as [number, number], repeats: 3 };
  const logged = { ...by, workspace, at: OPENED_AT + 410 };
  await logCommand({ ...logged, purpose: "segment", argv, files: ["train.mjs"], measure: measured ? measure : null });
  const exporting = [process.execPath, "export.mjs", "{from}", "{to}"];
  await logCommand({ ...logged, purpose: "export", argv: exporting, files: ["export.mjs"], measure: null });
  await run.commit("config", "config.json", '{"lr":0.01}', 420);
  await run.draw("checkpoints", k);
  return { run, workspace, checkpoints, opening: await run.open("opening") };
}

const again = ({ run, workspace, checkpoints, opening }: Made, model: string | null = null, repeats = 3) =>
  rerunDrawn({
    where: run.folder,
    challenge: null,
    opening: { file: opening, identity: run.auditor.identity },
    checkpoints,
    workspace,
    repeats,
    model,
  });

describe("honest runs are not refuted", () => {
  test("repeatable to the bit: distance and spread are nought; and the export is the released model, tensor by tensor", async () => {
    const made = await course({});
    const model = join(home, "released");
    const { spawnSync } = await import("node:child_process");
    const last = join(made.checkpoints, `checkpoint-${SEGMENTS * EVERY}`);
    spawnSync(process.execPath, ["export.mjs", last, model], { cwd: made.workspace });
    const report = await again(made, model, 2);
    expect(report).toMatchObject({ status: "not refuted", chance: 1 });
    expect(report.segments.map(({ distances, between }) => [...distances, ...between])).toEqual(
      Array(SEGMENTS).fill([0, 0, 0]),
    );
    expect(report.command).toMatchObject({ spread: 0, repeats: 3 });
    expect(report.exported).toMatchObject({ status: "same, tensor by tensor", tensors: 1, same: 1 });
    expect(report.says.join()).toMatch(/is not shown/);

    // Another model under the same names, one value off, and one under other names.
    const values = drawnMatrix("other");
    await writeMatrix(join(home, "other"), values, "lm_head.weight");
    expect((await again(made, join(home, "other"))).exported).toMatchObject({ status: "differs", same: 0 });
    values[3]! += 0.5;
    await writeMatrix(join(home, "near"), values, "lm_head.weight");
    const near = await compareModels(join(home, "other"), join(home, "near"));
    expect(near.differ).toEqual([{ name: "lm_head.weight", most: expect.closeTo(0.5, 6) }]);
    await writeMatrix(join(home, "renamed"), values, "head.weight");
    expect(await compareModels(join(home, "other"), join(home, "renamed"))).toMatchObject({
      missing: ["lm_head.weight"],
      more: ["head.weight"],
    });
  }, 60_000);

  test("hardware that adds in another order each time: within the spread of the command's own runs", async () => {
    const report = await again(await course({ noise: "0.002" }));
    expect(report.status).toBe("not refuted");
    expect(report.command!.spread!).toBeGreaterThan(0);
    expect(Math.max(...report.segments.flatMap(({ distances }) => distances))).toBeGreaterThan(0);
  }, 60_000);
});

describe("false segments miss where they were drawn", () => {
  test("a straight line between a draw and a stolen model: every segment", async () => {
    const forge = async (places: string[]) => {
      const [from, to] = [drawnMatrix("thief"), drawnMatrix("stolen")];
      for (const [i, place] of places.entries())
        await writeMatrix(
          place,
          from.map((value, j) => value + (i / SEGMENTS) * (to[j]! - value)),
        );
    };
    const made = await course({ forge });
    const report = await again(made);
    expect(report.segments.map(({ status }) => status)).toEqual(Array(SEGMENTS).fill("misses"));
    // Five of five, three new runs each: (1/4)^5. Two would be too few to accuse anybody by.
    expect(report).toMatchObject({ status: "refuted", chance: Number((4 ** -SEGMENTS).toPrecision(3)) });
    const few = await again(made, null, 2);
    expect(few).toMatchObject({ status: "stands out", chance: Number((3 ** -SEGMENTS).toPrecision(3)) });
    expect(few.says.join()).toMatch(/were they to miss 3 new runs each/);
    expect(report.cannotSee.join()).toMatch(/holds for runs on machines of one kind alone/);
  }, 60_000);

  test("one false segment of five: stands out as often as it is drawn, and the report says how often that is", async () => {
    const forge = async (places: string[]) => {
      await writeMatrix(places.at(-1)!, drawnMatrix("another"));
    };
    const report = await again(await course({ forge }));
    expect(report.segments.filter(({ status }) => status === "misses").map(({ to }) => to)).toEqual([SEGMENTS]);
    expect(report.status).toBe("stands out");
    expect(report.detection.find(({ share }) => share === 0.25)).toMatchObject({ false: 1, seen: 1 });
    const few = await course({ forge, k: 2 });
    const { rows } = await import("../../src/office/audit/opening.js").then(async ({ drawn }) => {
      const { state } = await openRun(few.run.folder);
      const challenge = [...state.challenges.values()].at(-1)!;
      return drawn(challenge, challenge.answered!.signature);
    });
    const part = await again(few);
    expect(part.drawn).toBe(rows.filter((at) => at > 0).length);
    expect(part.status).toBe(rows.includes(SEGMENTS) ? "stands out" : "not refuted");
    expect(part.detection.find(({ share }) => share === 0.25)!.seen).toBeCloseTo(part.drawn / SEGMENTS, 3);
  }, 60_000);

  test("NOT SEEN: a path that was computed to run again passes; that is why it only refutes", async () => {
    // Whoever has the command makes checkpoints by it from any beginning: no data of its own were needed.
    const forge = async (places: string[]) => {
      const { spawnSync } = await import("node:child_process");
      await writeMatrix(places[0]!, drawnMatrix("somebody else's model"));
      for (let i = 1; i < places.length; i++) {
        const steps = [String((i - 1) * EVERY), String(i * EVERY)];
        const workspace = join(places[0]!, "..", "..", `rerun-${runs - 1}-work`);
        spawnSync(process.execPath, ["train.mjs", places[i - 1]!, places[i]!, ...steps, "0"], { cwd: workspace });
      }
    };
    const report = await again(await course({ forge }));
    expect(report.status).toBe("not refuted");
    expect(report.cannotSee.join()).toMatch(/made to run again/);
  }, 60_000);
});

describe("no honest run is refuted by chance", () => {
  const segment = (to: number, [end, ...ends]: number[]): SegmentRun => ({
    from: to - 1,
    to,
    steps: [null, null],
    notRun: null,
    length: 1,
    distances: ends.map((each) => Math.abs(each - end!)),
    between: ends.flatMap((a, i) => ends.slice(0, i).map((b) => Math.abs(a - b))),
  });
  const judged = (ends: number[][]) =>
    rerunReport({
      run: { name: "lm", digest: "" },
      challenge: "",
      command: { entry: "", spread: null, repeats: 0 },
      all: ends.length,
      segments: ends.map((each, i) => segment(i + 1, each)),
      exported: null,
      software: { name: "", version: "", commit: "" },
    }).status;

  test("a command that repeats its bits but for one run in twenty: 5 segments, 2 new runs each, all outcomes summed", () => {
    // Each of the 15 runs takes one of two ends; the committed one is one of three.
    let refuted = 0;
    const rare = 0.05;
    const outcomes = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [bits & 1, (bits >> 1) & 1, bits >> 2]);
    const chance = (ends: number[]) => ends.reduce((all, each) => all * (each ? rare : 1 - rare), 1);
    const missing = outcomes.filter((ends) => judged([ends]) === "stands out").reduce((sum, e) => sum + chance(e), 0);
    // What one segment alone would have accused: an honest run in twenty.
    expect(missing).toBeCloseTo(0.05 * 0.95 ** 2 + 0.95 * 0.05 ** 2, 10);
    for (let misses = 0; misses <= 5; misses++) {
      const ends = Array.from({ length: 5 }, (_, i) => (i < misses ? [1, 0, 0] : [0, 0, 0]));
      const ways = [1, 5, 10, 10, 5, 1][misses]!;
      if (judged(ends) === "refuted") refuted += ways * missing ** misses * (1 - missing) ** (5 - misses);
    }
    expect(refuted).toBeLessThanOrEqual(0.001);
  });

  test("noise in one direction alone: of 20,000 honest runs of 7 segments at most one in a thousand is refuted", () => {
    const source = prng("assay/rerun-test", "one direction");
    const draw = () => source.below(1_000_001) / 1_000_000;
    let [refuted, out] = [0, 0];
    for (let run = 0; run < 20_000; run++) {
      const status = judged(Array.from({ length: 7 }, () => [draw(), draw(), draw()]));
      if (status === "refuted") refuted++;
      if (status !== "not refuted") out++;
    }
    // Most of them would have been refuted by a segment that misses alone.
    expect(out / 20_000).toBeGreaterThan(0.3);
    expect(refuted).toBeLessThanOrEqual(20);
  });
});

describe("what is not run shows nothing", () => {
  test("another program than the one logged is not started; files that are not those committed are not run from", async () => {
    const made = await course({ measured: false });
    writeFileSync(join(made.workspace, "train.mjs"), `${TRAINER}\n// changed`);
    await expect(again(made)).rejects.toThrow("is not the file that the maker logged");
    writeFileSync(join(made.workspace, "train.mjs"), TRAINER);
    await writeMatrix(join(made.checkpoints, `checkpoint-${EVERY}`), drawnMatrix("swapped"));
    const report = await again(made);
    const of = (to: number) => report.segments.find((each) => each.to === to)!.status;
    expect([of(1), of(2), of(3)]).toEqual(["not run", "not run", "runs again"]);
    expect(report.status).toBe("not refuted");
    expect(report.says.join()).toMatch(/2 of 5 drawn segments were not run/);
    expect(EXPORTER).toContain("lm_head");
  }, 60_000);
});
