/**
 * Examine two transcripts from their paths against a folder of presumed-unrelated models: read, decide who belongs to
 * the panel, draw the order of prompts, and hand back three findings with what a bundle needs to repeat them.
 */
import type { Digest } from "../base/digest.js";
import { prng, sample } from "../base/prng.js";
import { parseStrictJson } from "../base/strict-json.js";
import type { Finding } from "../finding/finding.js";
import { BehaviourPool } from "../host/behaviour-pool.js";
import { readPackageFile } from "../host/package-files.js";
import { openPanel, readTranscriptFile, type TranscriptFile } from "../host/transcripts.js";
import { memorySource } from "../labs/behaviour/answer-source.js";
import { answerDigests, coincidingBases, type Development, developmentSchema } from "../labs/behaviour/development.js";
import { examineBehaviour } from "../labs/behaviour/examine.js";
import { PANEL_COVERAGE_MIN, type Settings } from "../labs/behaviour/method.js";
import { firstAnswers } from "../transcript/transcript.js";
import { type Answers, seatPanel } from "./seat-panel.js";
import { SOFTWARE } from "./software.js";
import { behaviourValidations, type Study } from "./validation-data.js";

export interface BehaviourOptions {
  reference: string;
  suspect: string;
  panel: string;
  /** Other models of the reference's maker. */
  siblings: readonly string[];
  before?: string;
  after?: string;
  settings: Settings;
  studies: readonly Study[];
  onProgress: (progress: { stage: string; done: number; total: number }) => void;
}

export interface BehaviourInput {
  role: string;
  name: string;
  root: Digest;
}

export interface BehaviourExamination {
  findings: Finding[];
  inputs: BehaviourInput[];
}

/** Where the development set's fits stand in the package. */
const DEVELOPMENT_FILE = "data/behaviour/development.json";

export async function examineTranscripts(options: BehaviourOptions): Promise<BehaviourExamination> {
  const prompts = new Map<string, string>();
  const read = async (path: string): Promise<Answers> => answersOf(await readTranscriptFile(path), prompts);
  const sides = [await read(options.reference), await read(options.suspect)] as const;
  const siblings: Answers[] = [];
  for (const path of options.siblings) siblings.push(await read(path));
  const releases: Answers[] = [];
  for (const path of [options.before, options.after]) if (path !== undefined) releases.push(await read(path));
  const folder = await openPanel(options.panel);
  for (const [id, text] of folder.prompts) prompts.set(id, text);
  const members: Answers[] = [];
  for (const [i, path] of folder.paths.entries()) {
    members.push(await read(path));
    options.onProgress({ stage: "reading the panel", done: i + 1, total: folder.paths.length });
  }
  const shared = [...sides[0].texts.keys()].filter((id) => [sides[1], ...releases].every((of) => of.texts.has(id)));
  const promptIds = inDrawnOrder(shared, options.settings.seed);
  const seated = seatPanel({
    sides,
    siblings,
    releases,
    members,
    promptIds,
    bases: folder.bases,
    coverage: PANEL_COVERAGE_MIN,
  });
  const development = await loadDevelopment();
  const models = [...sides, ...siblings, ...releases, ...seated.panel];
  const pool = new BehaviourPool();
  const findings = await examineBehaviour({
    reference: { artefact: artefact(sides[0]) },
    suspect: { artefact: artefact(sides[1]) },
    evidence: models.map((model) => model.root),
    names: models.map((model) => model.name),
    cast: seated.cast,
    releases: releases.length === 2 ? { before: 2 + siblings.length, after: 3 + siblings.length } : null,
    leftOut: seated.leftOut,
    source: memorySource(
      promptIds,
      prompts,
      models.map((model) => model.texts),
    ),
    development,
    basesLeftOut: development ? basesOfSides(development, sides) : [],
    validations: behaviourValidations(options.studies),
    settings: options.settings,
    software: SOFTWARE,
    count: pool.count,
    concurrency: pool.threads,
    onProgress: (done, total) => options.onProgress({ stage: "comparing answers", done, total }),
  }).finally(() => pool.close());
  const role = (name: string) => (of: Answers) => ({ role: name, name: of.name, root: of.root });
  return {
    findings,
    inputs: [
      ...[sides[0]].map(role("reference")),
      ...[sides[1]].map(role("suspect")),
      ...siblings.map(role("sibling")),
      ...releases.map((of, i) => role(i === 0 ? "before" : "after")(of)),
      ...members.map(role("panel")),
    ],
  };
}

function artefact({ name, root }: Answers) {
  return { name, kind: "transcript" as const, root };
}

function answersOf({ name, root, transcript }: TranscriptFile, prompts: Map<string, string>): Answers {
  const texts = new Map<string, string>();
  for (const [id, record] of firstAnswers(transcript)) {
    texts.set(id, record.text);
    if (record.prompt !== null && !prompts.has(id)) prompts.set(id, record.prompt);
  }
  return { name, root, texts };
}

/** The order depends on the ids and the seed alone, so neither side chose which prompts come first. */
function inDrawnOrder(ids: readonly string[], seed: string): string[] {
  const sorted = [...ids].sort();
  return [...sample(sorted.length, sorted.length, prng("behaviour/prompt-order", seed))].map((i) => sorted[i]!);
}

function basesOfSides(development: Development, sides: readonly Answers[]): number[] {
  const bases = new Set<number>();
  for (const { texts } of sides)
    for (const base of coincidingBases(development, answerDigests(texts.values()), texts.size)) bases.add(base);
  return [...bases].sort((a, b) => a - b);
}

/** null when the package carries none. */
export async function loadDevelopment(): Promise<Development | null> {
  const bytes = await readPackageFile(DEVELOPMENT_FILE);
  return bytes ? developmentSchema.parse(parseStrictJson(new TextDecoder().decode(bytes), DEVELOPMENT_FILE)) : null;
}
