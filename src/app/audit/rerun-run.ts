/**
 * Runs drawn segments of a run again, and its export: the command is the one that the maker logged before the challenge,
 * started without a shell on copies of nothing but the committed checkpoint; what comes out is compared tensor by tensor.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import type { Progress } from "../../base/progress.js";
import { FileReader } from "../../host/files.js";
import { digestOfFile } from "../../host/find-files.js";
import type { StoredTensor } from "../../host/model/checkpoint-tensors.js";
import { allTensors, readTensorBytes, readTensorValues, stripesOf } from "../../host/model/tensor-files.js";
import { unixSeconds } from "../../host/moment.js";
import { isEncodable } from "../../kernels/encode-values.js";
import { Kernel } from "../../kernels/kernel.js";
import type { EntryOf, SignedEntry } from "../../office/audit/entry.js";
import { drawn, shownBy } from "../../office/audit/opening.js";
import { type Comparison, type RerunReport, rerunReport, type SegmentRun } from "../../office/audit/rerun.js";
import type { CheckpointRow } from "../../office/audit/rows.js";
import type { Policy } from "../../tlog/policy.js";
import { modelRoot } from "../register/declare.js";
import { SOFTWARE } from "../software.js";
import { challengeOf, readSealed } from "./challenge.js";
import { checkpointPlace } from "./checkpoint-places.js";
import { enterInRun, momentText, openRun, type RunKey, signEntry } from "./run-log.js";

/** Of one segment; a drawn one takes as long as its steps took. */
const HOURS_MAX = 72;
const OUTPUT_SHOWN = 400;
const COMPARED_AT_ONCE = 1 << 25;

type Command = EntryOf<"command">;

interface Running {
  argv: readonly string[];
  /** Folder in which the command runs and its files lie. */
  workspace: string;
}

/** What a command is told: placeholders of its arguments. */
interface Places {
  from: string;
  to: string;
  "from-step": string;
  "to-step": string;
}

const PLACEHOLDER = /\{(from-step|to-step|from|to)\}/g;

/** @throws UNAVAILABLE where the command fails, with the end of what it printed */
async function runOnce({ argv, workspace }: Running, places: Places): Promise<void> {
  const [program, ...rest] = argv.map((each) => each.replace(PLACEHOLDER, (_, name: keyof Places) => places[name]));
  await new Promise<void>((done, fail) => {
    const child = spawn(program!, rest, {
      cwd: workspace,
      env: process.env,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: HOURS_MAX * 3_600_000,
    });
    let tail = "";
    child.stderr.on("data", (part: Buffer) => {
      tail = (tail + part.toString("utf8")).slice(-OUTPUT_SHOWN);
    });
    child.on("error", (error) =>
      fail(new AssayError("UNAVAILABLE", `audit rerun: ${quoted(program)} could not be run: ${error.message}`)),
    );
    child.on("close", (code) =>
      code === 0
        ? done()
        : fail(new AssayError("UNAVAILABLE", `audit rerun: ${quoted(program)} ended with status ${code}: ${tail}`)),
    );
  });
}

async function inScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "assay-rerun-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface CommandOptions {
  folder: string;
  purpose: Command["purpose"];
  argv: readonly string[];
  workspace: string;
  /** Programs and settings in the workspace whose digests are logged. */
  files: readonly string[];
  /** Where the maker measures its own spread: a checkpoint, the steps from it, and how often; null for none. */
  measure: { from: string; steps: [number, number]; repeats: number } | null;
  key: RunKey;
  at: number | null;
  witnesses: Policy | null;
}

/**
 * The maker logs a command with the digests of its files, and the spread of its own runs of it, measured here and now.
 * @throws USAGE where no argument says where the result goes
 */
export async function logCommand(options: CommandOptions): Promise<SignedEntry> {
  const { folder, purpose, argv, workspace, files, measure, key, at, witnesses } = options;
  if (!argv.some((each) => each.includes("{to}")) || !argv.some((each) => each.includes("{from}")))
    throw new AssayError("USAGE", 'audit command: expected arguments with {from} and {to}, such as "--out {to}"');
  const { state } = await openRun(folder);
  const digests: Command["files"] = [];
  for (const name of files) digests.push({ name, digest: await digestOfFile(inside(workspace, name)) });
  const spread = measure && (await measured({ argv, workspace }, measure));
  const said: Command = {
    kind: "command",
    run: state.opened!.run,
    issued: momentText(at ?? unixSeconds()),
    purpose,
    argv: [...argv],
    files: digests,
    spread: spread && { relative: String(spread.relative), repeats: measure!.repeats },
  };
  return (await enterInRun(folder, () => signEntry(said, key), witnesses)).entry;
}

/** Names in a signed entry stay below the workspace. */
function inside(workspace: string, name: string): string {
  const path = resolve(workspace, name);
  if (!path.startsWith(`${resolve(workspace)}/`))
    throw new AssayError("USAGE", `audit command: expected a file below the workspace, got ${quoted(name)}`);
  return path;
}

async function measured(running: Running, { from, steps, repeats }: NonNullable<CommandOptions["measure"]>) {
  if (repeats < 2) throw new AssayError("USAGE", "audit command: a spread takes two runs or more");
  return inScratch(async (scratch) => {
    const ends: string[] = [];
    for (let i = 0; i < repeats; i++) {
      ends.push(join(scratch, `run-${i}`));
      await runOnce(running, placesOf(from, ends[i]!, steps));
    }
    const length = await distance(from, ends[0]!);
    if (!(length > 0))
      throw new AssayError("USAGE", "audit command: the command changed nothing, so there is no spread");
    return { relative: Math.max(...(await pairwise(ends))) / length };
  });
}

function placesOf(from: string, to: string, steps: readonly [number | null, number | null]): Places {
  return { from: resolve(from), to, "from-step": String(steps[0] ?? ""), "to-step": String(steps[1] ?? "") };
}

async function pairwise(ends: readonly string[]): Promise<number[]> {
  const out: number[] = [];
  for (let i = 1; i < ends.length; i++) for (let j = 0; j < i; j++) out.push(await distance(ends[i]!, ends[j]!));
  return out;
}

/** Length of the difference over all tensors that both have and that hold values. @throws FORMAT where none is common */
async function distance(a: string, b: string): Promise<number> {
  const [left, right] = [await allTensors(a), await allTensors(b)];
  const reader = new FileReader();
  const kernel = new Kernel();
  let [sum, common] = [0, 0];
  try {
    for (const [name, one] of left) {
      const other = right.get(name);
      if (!other || other.shape.join() !== one.shape.join() || !isEncodable(one.dtype) || !isEncodable(other.dtype))
        continue;
      common++;
      for (const { from, count } of stripesOf(one.elements)) {
        const x = await readTensorValues(reader, kernel, one, from, count);
        const y = await readTensorValues(reader, kernel, other, from, count);
        for (let i = 0; i < count; i++) sum += (x[i]! - y[i]!) ** 2;
      }
    }
  } finally {
    await reader.close();
  }
  if (common === 0)
    throw new AssayError(
      "FORMAT",
      `audit rerun: expected tensors that ${quoted(a)} and ${quoted(b)} have in common, got none`,
    );
  return Math.sqrt(sum);
}

/** Tensor by tensor: same bytes, or by how much values differ. @param expected what was run again @param found what was released */
export async function compareModels(expected: string, found: string): Promise<Comparison> {
  const [left, right] = [await allTensors(expected), await allTensors(found)];
  const reader = new FileReader();
  const kernel = new Kernel();
  const out: Comparison = { tensors: left.size, same: 0, differ: [], missing: [], more: [] };
  try {
    for (const [name, one] of left) {
      const other = right.get(name);
      if (!other || other.dtype !== one.dtype || other.shape.join() !== one.shape.join()) out.missing.push(name);
      else {
        const most = await differs(reader, kernel, one, other);
        if (most === "same") out.same++;
        else out.differ.push({ name, most });
      }
    }
  } finally {
    await reader.close();
  }
  out.more = [...right.keys()].filter((name) => !left.has(name) || out.missing.includes(name));
  return out;
}

async function differs(
  reader: FileReader,
  kernel: Kernel,
  one: StoredTensor,
  other: StoredTensor,
): Promise<"same" | number | null> {
  if (await sameBytes(reader, one, other)) return "same";
  if (!isEncodable(one.dtype)) return null;
  let most = 0;
  for (const { from, count } of stripesOf(one.elements)) {
    const x = await readTensorValues(reader, kernel, one, from, count);
    const y = await readTensorValues(reader, kernel, other, from, count);
    for (let i = 0; i < count; i++) most = Math.max(most, Math.abs(x[i]! - y[i]!));
  }
  return most;
}

async function sameBytes(reader: FileReader, one: StoredTensor, other: StoredTensor): Promise<boolean> {
  for (let from = 0; from < one.sizeBytes; from += COMPARED_AT_ONCE) {
    const count = Math.min(COMPARED_AT_ONCE, one.sizeBytes - from);
    const a = await readTensorBytes(reader, one, from, count);
    const b = await readTensorBytes(reader, other, from, count);
    if (Buffer.compare(a, b) !== 0) return false;
  }
  return true;
}

interface RerunOptions {
  where: string;
  challenge: string | null;
  opening: { file: string; identity: string };
  /** Folder that holds the checkpoints' files. */
  checkpoints: string;
  workspace: string;
  repeats: number;
  /** The released model, compared with the export that is run again; null for none. */
  model: string | null;
  onProgress?: (progress: Progress) => void;
}

/**
 * @throws USAGE where the challenge is not of checkpoints, or no command was logged before it; DIGEST where the command's
 * files in the workspace are others than those logged
 */
export async function rerunDrawn(options: RerunOptions): Promise<RerunReport> {
  const { where, opening, checkpoints, workspace, repeats, model, onProgress } = options;
  const { state } = await openRun(where);
  const challenge = challengeOf(state, options.challenge);
  if (challenge.said.class !== "checkpoints" || !challenge.answered)
    throw new AssayError("USAGE", "audit rerun: expected a challenge of checkpoints that was answered");
  if (repeats < 2) throw new AssayError("USAGE", "audit rerun: expected two new runs of a segment or more");
  const { rows, units } = {
    rows: shownBy(
      challenge,
      drawn(challenge, challenge.answered.signature),
      await readSealed(opening.file, opening.identity, challenge),
    ).rows as Map<number, CheckpointRow>,
    units: drawn(challenge, challenge.answered.signature).rows,
  };
  const before = state.commands.filter(({ seq }) => seq < challenge.seq);
  const segment = before.findLast(({ said }) => said.purpose === "segment");
  const targets = units.filter((at) => at > 0).sort((a, b) => a - b);
  const out: SegmentRun[] = [];
  if (targets.length > 0 && !segment)
    throw new AssayError("USAGE", "audit rerun: the maker logged no command for segments before the challenge");
  if (segment) await assertFiles(segment.said, workspace);
  for (const [n, to] of targets.entries()) {
    onProgress?.({ stage: `segment to checkpoint ${to}`, done: n, total: targets.length });
    out.push(await runSegment(to, rows, { checkpoints, running: { argv: segment!.said.argv, workspace }, repeats }));
  }
  const last = rows.get(challenge.target.said.size - 1) ?? null;
  const exporting = before.findLast(({ said }) => said.purpose === "export") ?? null;
  return rerunReport({
    run: { name: state.opened!.run, digest: state.run! },
    challenge: challenge.digest,
    command: segment
      ? {
          entry: segment.digest,
          spread: segment.said.spread === null ? null : Number(segment.said.spread.relative),
          repeats: segment.said.spread?.repeats ?? 0,
        }
      : null,
    all: Math.max(0, challenge.target.said.size - 1),
    segments: out,
    exported:
      model === null ? null : await exportAgain(model, last, exporting?.said ?? null, { checkpoints, workspace }),
    software: SOFTWARE,
  });
}

async function assertFiles({ files }: Command, workspace: string): Promise<void> {
  for (const { name, digest } of files)
    if ((await digestOfFile(inside(workspace, name))) !== digest)
      throw new AssayError("DIGEST", `audit rerun: ${quoted(name)} is not the file that the maker logged`);
}

async function runSegment(
  to: number,
  rows: ReadonlyMap<number, CheckpointRow>,
  { checkpoints, running, repeats }: { checkpoints: string; running: Running; repeats: number },
): Promise<SegmentRun> {
  const from = to - 1;
  const [a, b] = [rows.get(from), rows.get(to)];
  const steps: SegmentRun["steps"] = [a?.step ?? null, b?.step ?? null];
  const none = { from, to, steps, length: 0, distances: [], between: [] };
  if (!a || !b) return { ...none, notRun: "one of its two checkpoints was not opened" };
  const places: string[] = [];
  for (const row of [a, b]) {
    const place = await checkpointPlace(checkpoints, row);
    if (place === null) return { ...none, notRun: `the files of step ${row.step} are not at hand` };
    if (`sha256:${await modelRoot(place, () => undefined)}` !== row.root)
      return { ...none, notRun: `the files of step ${row.step} are not those that were committed` };
    places.push(place);
  }
  return inScratch(async (scratch) => {
    const ends: string[] = [];
    for (let i = 0; i < repeats; i++) {
      ends.push(join(scratch, `run-${i}`));
      try {
        await runOnce(running, placesOf(places[0]!, ends[i]!, steps));
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        return { ...none, notRun: error.message };
      }
    }
    const length = await distance(places[0]!, places[1]!);
    if (length === 0) return { ...none, notRun: null };
    const distances: number[] = [];
    for (const end of ends) distances.push((await distance(end, places[1]!)) / length);
    const between = (await pairwise(ends)).map((each) => each / length);
    return { from, to, steps, notRun: null, length, distances, between };
  });
}

async function exportAgain(
  model: string,
  last: CheckpointRow | null,
  command: Command | null,
  { checkpoints, workspace }: { checkpoints: string; workspace: string },
): Promise<{ comparison: Comparison | null; detail: string }> {
  const place = last && (await checkpointPlace(checkpoints, last));
  if (!last || !place) return { comparison: null, detail: "the last checkpoint is not at hand" };
  if (`sha256:${await modelRoot(place, () => undefined)}` !== last.root)
    return { comparison: null, detail: "the files of the last checkpoint are not those that were committed" };
  if (!command) return { comparison: await compareModels(place, model), detail: "" };
  await assertFiles(command, workspace);
  return inScratch(async (scratch) => {
    const to = join(scratch, "export");
    try {
      await runOnce({ argv: command.argv, workspace }, placesOf(place, to, [last.step, last.step]));
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      return { comparison: null, detail: error.message };
    }
    await mkdir(to, { recursive: true });
    return { comparison: await compareModels(to, model), detail: "" };
  });
}
