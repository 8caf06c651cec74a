/**
 * Examine two transcripts from their paths against a folder of presumed-unrelated models: read, decide who belongs to
 * the panel, draw the order of prompts, and hand back three findings with what a bundle needs to repeat them.
 */

import { SOFTWARE } from "../../../app/software.js";
import type { Study } from "../../../app/studies.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { prng, sample } from "../../../base/prng.js";
import type { Progress } from "../../../base/progress.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import type { Finding } from "../../../finding/finding.js";
import {
  openPanel,
  type PanelFolder,
  readTranscriptFile,
  type TranscriptAt,
  type TranscriptFile,
} from "../../../host/answers/transcripts.js";
import { readPackageFile } from "../../../host/package-files.js";
import { firstAnswers } from "../../../transcript/transcript.js";
import type { SampledAnswer, SamplesOf } from "../answers/samples.js";
import { boilerplateOf } from "../common-origin/boilerplate.js";
import { examineCommonOrigin } from "../common-origin/examine.js";
import { type Vocabulary, WordCount, wordsOfSide } from "../common-origin/own-words.js";
import { readAnswers } from "../common-origin/read-answers.js";
import { examineBehaviour } from "../examine.js";
import { AnswerStore } from "../host/answer-store.js";
import { BehaviourPool } from "../host/behaviour-pool.js";
import { WordStore } from "../host/word-store.js";
import { PANEL_COVERAGE_MIN } from "../method.js";
import { type Answers, type Member, recordings, seatPanel, startsKept, startsOf } from "../panel/seat-panel.js";
import { answerDigests, coincidingBases, type Development, developmentSchema } from "../score/development.js";
import type { AskedSettings } from "./asked-settings.js";

interface BehaviourOptions {
  reference: string | TranscriptAt;
  suspect: string | TranscriptAt;
  /** A folder, or a panel gathered otherwise. */
  panel: string | PanelFolder;
  /** Other models of the reference's maker. */
  siblings: readonly (string | TranscriptAt)[];
  before?: string | TranscriptAt;
  after?: string | TranscriptAt;
  settings: AskedSettings;
  studies: readonly Study[];
  /** UTF-16 units of answers held in memory, and as many bytes twice over of their words; what is above goes to temporary files. */
  memoryUnitsMax?: number;
  onProgress: (progress: Progress) => void;
}

interface BehaviourInput {
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

/**
 * @throws FORMAT or SCHEMA for a side that cannot be read; a member of the panel that cannot be read is left out and
 * counted
 */
export async function examineTranscripts(options: BehaviourOptions): Promise<BehaviourExamination> {
  const folder = typeof options.panel === "string" ? await openPanel(options.panel) : options.panel;
  const prompts = new Map(folder.prompts);
  const at = (given: string | TranscriptAt) => (typeof given === "string" ? { path: given, name: null } : given);
  const read = async (given: string | TranscriptAt): Promise<Answers> =>
    answersOf(await readTranscriptFile(at(given)), prompts);
  const member = async (given: TranscriptAt): Promise<Answers> =>
    answersOf(await readTranscriptFile(given), prompts, "left out");
  const side = async (given: string | TranscriptAt): Promise<Side> =>
    sideOf(await readTranscriptFile(at(given)), prompts);
  const sides = [await side(options.reference), await side(options.suspect)] as const;
  const siblings: Answers[] = [];
  for (const path of options.siblings) siblings.push(await read(path));
  const releases: Answers[] = [];
  for (const path of [options.before, options.after]) if (path !== undefined) releases.push(await read(path));
  const shared = [...sides[0].texts.keys()].filter((id) => [sides[1], ...releases].every((of) => of.texts.has(id)));
  const promptIds = inDrawnOrder(shared, options.settings.seed);
  const kept = new Kept(promptIds, options);
  try {
    return await examineStored(options, { sides, siblings, releases, folder, promptIds, prompts, kept, member });
  } finally {
    await kept.close();
  }
}

interface Gathered {
  sides: readonly [Side, Side];
  siblings: readonly Answers[];
  releases: readonly Answers[];
  folder: PanelFolder;
  promptIds: readonly string[];
  prompts: ReadonlyMap<string, string>;
  kept: Kept;
  member: (given: TranscriptAt) => Promise<Answers>;
}

interface Learned {
  boilerplate: Uint32Array;
  vocabulary: Vocabulary;
}

/** What is kept of each transcript: texts for the three relations, and of the sides, for exhibits; words for a common origin. */
class Kept {
  readonly texts: AnswerStore;
  readonly words: WordStore;
  /** A transcript's own boilerplate and words, by place. */
  readonly learned: Learned[] = [];
  readonly #promptIds: readonly string[];
  readonly #questions: AskedSettings["questions"];
  readonly #count = new WordCount();

  constructor(promptIds: readonly string[], { memoryUnitsMax, settings }: BehaviourOptions) {
    this.#promptIds = promptIds;
    this.#questions = settings.questions;
    this.texts = new AnswerStore(promptIds, memoryUnitsMax);
    this.words = new WordStore(promptIds, memoryUnitsMax === undefined ? undefined : 2 * memoryUnitsMax);
  }

  /** @returns the transcript's place, the same for its texts and its words */
  async add(texts: ReadonlyMap<string, string>, of: "side" | "control" | "panel"): Promise<number> {
    const place = of === "panel" && this.#questions === "common-origin" ? null : await this.texts.add(texts);
    if (this.#questions === "relations") return place!;
    const read = readAnswers(this.#promptIds.map((id) => texts.get(id) ?? null));
    const boilerplate = boilerplateOf(read, (words) => this.#count.add(words));
    const vocabulary = this.#count.take();
    // Of the two sides, whose own words are asked for, without what is taken out of their answers.
    this.learned.push({ boilerplate, vocabulary: of === "side" ? wordsOfSide(read, boilerplate) : vocabulary });
    return this.words.add(read);
  }

  async close(): Promise<void> {
    await this.texts.close();
    await this.words.close();
  }
}

async function examineStored(options: BehaviourOptions, gathered: Gathered): Promise<BehaviourExamination> {
  const { sides, siblings, releases, folder, promptIds, prompts, kept } = gathered;
  const given = [...sides, ...siblings, ...releases];
  const places: number[] = [];
  for (const [i, { texts }] of given.entries()) places.push(await kept.add(texts, i < 2 ? "side" : "control"));
  const isOwn = recordings(given);
  const members: Member[] = [];
  // One by one: a panel of a thousand is never in memory at once.
  for (const [i, at] of folder.members.entries()) {
    const member = await gathered.member(at);
    const starts = startsOf(member);
    members.push({
      name: member.name,
      root: member.root,
      own: isOwn(member, starts),
      starts: startsKept(starts),
      answered: promptIds.filter((id) => member.texts.has(id)).length,
      place: await kept.add(member.texts, "panel"),
    });
    options.onProgress({ stage: "reading the panel", done: i + 1, total: folder.members.length });
  }
  const seated = seatPanel({
    siblings: siblings.length,
    releases: releases.length,
    members,
    promptIds,
    bases: folder.bases,
    coverage: PANEL_COVERAGE_MIN,
  });
  const development = options.settings.questions === "common-origin" ? null : await loadDevelopment();
  const models = [...given, ...seated.panel];
  const pool = new BehaviourPool();
  const allPlaces = [...places, ...seated.panel.map(({ place }) => place)];
  const common = {
    reference: { artefact: artefact(sides[0]) },
    suspect: { artefact: artefact(sides[1]) },
    evidence: [...models, ...folder.beside].map(({ root }) => root),
    names: models.map((model) => model.name),
    cast: seated.cast,
    leftOut: seated.leftOut,
    validations: options.studies,
    software: SOFTWARE,
    concurrency: pool.threads,
  };
  const { seed, questions, tries } = options.settings;
  const findings: Finding[] = [];
  try {
    if (questions !== "relations")
      findings.push(
        await examineCommonOrigin({
          ...common,
          sides: kept.texts.source(prompts, places.slice(0, 2)),
          source: kept.words.source(prompts, allPlaces),
          boilerplate: allPlaces.map((place) => kept.learned[place]!.boilerplate),
          vocabularies: allPlaces.map((place) => kept.learned[place]!.vocabulary),
          settings: { seed, tries },
          count: pool.countOrigin,
          onProgress: (done, total) => options.onProgress({ stage: "reading answers", done, total }),
        }),
      );
    if (questions !== "common-origin")
      findings.push(
        ...(await examineBehaviour({
          ...common,
          source: kept.texts.source(prompts, allPlaces),
          releases: releases.length === 2 ? { before: 2 + siblings.length, after: 3 + siblings.length } : null,
          samples: sides.some(({ samples }) => samples !== null)
            ? { reference: samplesOf(sides[0]), suspect: samplesOf(sides[1]) }
            : null,
          development,
          basesLeftOut: development ? basesOfSides(development, sides) : [],
          settings: { seed },
          count: pool.count,
          onProgress: (done, total) => options.onProgress({ stage: "comparing answers", done, total }),
        })),
      );
  } finally {
    await pool.close();
  }
  const role = (name: string) => (of: { name: string; root: Digest }) => ({ role: name, name: of.name, root: of.root });
  return {
    findings,
    inputs: [
      ...[sides[0]].map(role("reference")),
      ...[sides[1]].map(role("suspect")),
      ...siblings.map(role("sibling")),
      ...releases.map((of, i) => role(i === 0 ? "before" : "after")(of)),
      ...members.map(role("panel")),
      ...folder.beside,
    ],
  };
}

function artefact({ name, root }: Answers) {
  return { name, kind: "transcript" as const, root };
}

function samplesOf({ texts, samples }: Side): SamplesOf {
  return samples ?? new Map([...texts].map(([id, text]) => [id, [{ text, logprob: null }]]));
}

/** Answers of a side: all of them, where there are several a prompt or probabilities. */
interface Side extends Answers {
  samples: SamplesOf | null;
}

function sideOf(file: TranscriptFile, prompts: Map<string, string>): Side {
  const { records } = file.transcript;
  const answers = answersOf(file, prompts);
  if (records.length === answers.texts.size && records.every(({ logprob }) => logprob === null))
    return { ...answers, samples: null };
  const samples = new Map<string, SampledAnswer[]>();
  for (const { promptId, text, logprob } of [...records].sort((a, b) => a.sample - b.sample))
    samples.set(promptId, [...(samples.get(promptId) ?? []), { text, logprob }]);
  return { ...answers, samples };
}

/**
 * @param prompts texts by id; grows
 * @param otherwise what becomes of an answer to another prompt under a known id: an error, or as if it were not there
 * @throws AssayError FORMAT
 */
function answersOf(
  { name, root, transcript }: TranscriptFile,
  prompts: Map<string, string>,
  otherwise: "an error" | "left out" = "an error",
): Answers {
  const texts = new Map<string, string>();
  for (const [id, { text, prompt }] of firstAnswers(transcript)) {
    const known = prompts.get(id);
    if (prompt !== null && known === undefined) prompts.set(id, prompt);
    else if (prompt !== null && !samePrompt(prompt, known!)) {
      if (otherwise === "left out") continue;
      throw new AssayError(
        "FORMAT",
        `transcripts: expected one prompt under one id in all transcripts, got ${quoted(prompt)} under ${quoted(id)} in ${quoted(name)} and ${quoted(known!)} elsewhere`,
      );
    }
    texts.set(id, text);
  }
  return { name, root, texts };
}

/** One recorder keeps a prompt whole, another cuts it or puts a system prompt before it: one within the other will do. */
function samePrompt(a: string, b: string): boolean {
  if (a === b) return true;
  const [x, y] = [plain(a), plain(b)];
  return x.includes(y) || y.includes(x);
}

function plain(prompt: string): string {
  return prompt.normalize("NFC").replace(/\s+/g, " ").trim().toLowerCase();
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
