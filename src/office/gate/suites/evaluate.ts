/**
 * A suite asked of an endpoint: paired items, then triggers in two rounds, of which the second's questions follow from the
 * first's answers (which candidates are judged) and touch other prompts. How questions are answered is handed in; nothing here knows of a network.
 */
import { prng, sample } from "../../../base/prng.js";
import { outcomeOf } from "./outcome.js";
import { acrossRows, type PairedRow, REPORT_ALPHA } from "./paired.js";
import { compareAll, type EvaluationReport, REPORT_LIMITS, REPORT_TYPE } from "./report.js";
import { fill, itemsOf, type Suite, type TriggerScan, triggered } from "./suite.js";
import { gain, judgeTriggers, openingsOf, shows, type Target, targetOf, wholeOf } from "./triggers.js";

export interface Question {
  id: string;
  text: string;
}
/** Each has answers of its own: paired items, candidates on the screen, candidates on the judging prompts. */
export type Round = "paired" | "screened" | "judged";
/** Answers by question, one a sample; null where there was none. */
export type Answered = ReadonlyMap<string, readonly (string | null)[]>;

interface Evaluating {
  suite: Suite;
  seed: string;
  /** Answers a paired question; triggers are asked once a prompt. */
  samples: number;
  ask: (round: Round, questions: readonly Question[], samples: number) => Promise<Answered>;
  /** A report of the same suite on an earlier release, with its digest. */
  earlier: { report: EvaluationReport; digest: string } | null;
  about: Pick<EvaluationReport, "endpoint" | "software">;
  /** After the last answer. */
  finished: () => { evaluatedAt: string; transcripts: string[] };
}

/** The report. */
export async function evaluateSuite(given: Evaluating): Promise<EvaluationReport> {
  const { suite, seed, samples, ask, earlier } = given;
  let [asked, unanswered] = [0, 0];
  const counted = async (round: Round, questions: readonly Question[], times: number) => {
    const answers = await ask(round, questions, times);
    asked += questions.length * times;
    for (const { id } of questions)
      unanswered += times - (answers.get(id) ?? []).filter((answer) => answer !== null).length;
    return answers;
  };
  const tests = suite.paired.map((test) => ({ test, items: itemsOf(test) }));
  const questions = tests.flatMap(({ items }) =>
    items.flatMap(({ id, a, b }) => [
      { id: `${id}/a`, text: a },
      { id: `${id}/b`, text: b },
    ]),
  );
  const pairedAnswers = questions.length > 0 ? await counted("paired", questions, samples) : new Map();
  const paired = tests.map(({ test, items }) => {
    const rule = suite.outcomes[test.outcome]!;
    const rate = (id: string) => {
      const read = ((pairedAnswers.get(id) ?? []) as (string | null)[]).flatMap(
        (answer) => outcomeOf(answer, rule) ?? [],
      );
      return read.length === 0 ? null : read.filter(Boolean).length / read.length;
    };
    const rows: PairedRow[] = items.map(({ id }) => ({ item: id, a: rate(`${id}/a`), b: rate(`${id}/b`) }));
    return { id: test.id, family: test.family, arms: test.arms.map(({ name }) => name) as [string, string], rows };
  });
  const rowsOf = (id: string) => paired.find((each) => each.id === id)!.rows;
  const across = suite.across.map(({ id, tests: both }) => ({
    id,
    tests: both,
    rows: acrossRows(rowsOf(both[0]), rowsOf(both[1])),
  }));
  const together = compareAll([...paired, ...across].map(({ rows }) => rows));
  const releases = earlier ? releasesOf(paired, earlier.report) : [];
  const between = compareAll(releases.map(({ rows }) => rows));
  const triggers = suite.triggers ? await scan(suite.triggers, seed, counted) : null;
  return {
    type: REPORT_TYPE,
    suite: { name: suite.name, version: suite.version, digest: suite.digest },
    ...given.about,
    seed,
    samples,
    asked,
    unanswered,
    alpha: REPORT_ALPHA,
    paired: paired.map((test, i) => ({ ...test, counted: together[i]! })),
    across: across.map(({ id, tests: both }, i) => ({ id, tests: both, counted: together[paired.length + i]! })),
    earlier: earlier && {
      report: earlier.digest,
      model: earlier.report.endpoint.model,
      tests: releases.map((test, i) => ({ ...test, counted: between[i]! })),
    },
    triggers,
    limits: [...REPORT_LIMITS],
    ...given.finished(),
  };
}

type Releases = NonNullable<EvaluationReport["earlier"]>["tests"];

/** Each test's difference and each arm's rate, now against then, over the same items. */
function releasesOf(
  paired: readonly { id: string; rows: PairedRow[] }[],
  earlier: EvaluationReport,
): Omit<Releases[number], "counted">[] {
  return paired.flatMap(({ id, rows }) => {
    const then = new Map((earlier.paired.find((test) => test.id === id)?.rows ?? []).map((row) => [row.item, row]));
    const at = (item: string): PairedRow => then.get(item) ?? { item, a: null, b: null };
    const before = rows.map(({ item }) => at(item));
    return [
      { id, of: "difference" as const, rows: acrossRows(rows, before) },
      { id, of: "first arm" as const, rows: rows.map((row, i) => ({ item: row.item, a: row.a, b: before[i]!.a })) },
      { id, of: "second arm" as const, rows: rows.map((row, i) => ({ item: row.item, a: row.b, b: before[i]!.b })) },
    ];
  });
}

/** Candidates asked on the screen's prompts; the best of each family on the others. */
async function scan(
  { prompts, neutral, screen, keep, families }: TriggerScan,
  seed: string,
  ask: (round: Round, questions: readonly Question[], samples: number) => Promise<Answered>,
): Promise<NonNullable<EvaluationReport["triggers"]>> {
  const order = [...sample(prompts.length, prompts.length, prng("gate/triggers", seed))];
  const [screening, judging] = [order.slice(0, screen), order.slice(screen)];
  const source = prng("gate/triggers/neutral", seed);
  const questions: Question[] = [];
  for (const i of order) questions.push({ id: `plain/${i}`, text: prompts[i]!.prompt! });
  for (const i of judging)
    questions.push({ id: `neutral/${i}`, text: fill(neutral[source.below(neutral.length)]!, prompts[i]!) });
  for (const [f, { candidates }] of families.entries())
    for (const [c, candidate] of candidates.entries())
      for (const i of screening)
        questions.push({ id: `screen/${f}/${c}/${i}`, text: triggered(candidate, prompts[i]!) });
  const first = await ask("screened", questions, 1);
  const opening = (answers: Answered, id: string) => openingsOf(answers.get(id)?.[0] ?? null);
  const plain = screening.map((i) => opening(first, `plain/${i}`));
  const chosen = families.map(({ candidates }, f) =>
    candidates
      .map((candidate, c) => ({
        candidate,
        c,
        target: targetOf(
          screening.map((i) => opening(first, `screen/${f}/${c}/${i}`)),
          plain,
        ),
      }))
      .sort((x, y) => gain(y.target) - gain(x.target) || x.c - y.c)
      .slice(0, keep),
  );
  const kept = chosen.flatMap((of, f) => of.map((each) => ({ ...each, f })));
  const again = await ask(
    "judged",
    kept.flatMap(({ candidate, c, f }) =>
      judging.map((i) => ({ id: `judge/${f}/${c}/${i}`, text: triggered(candidate, prompts[i]!) })),
    ),
    1,
  );
  const rows = kept.map(({ c, f, target }) => {
    const wholes = judging.map((i) => {
      const id = `judge/${f}/${c}/${i}`;
      return shownIn(opening(again, id), target) ? wholeOf(again.get(id)?.[0] ?? null) : null;
    });
    const commonest = mostCommon(wholes.filter((whole) => whole !== null));
    return {
      rows: judging.map((i, at) => ({
        item: String(i),
        triggered: wholes[at] !== null,
        plain: shownIn(opening(first, `plain/${i}`), target),
        neutral: shownIn(opening(first, `neutral/${i}`), target),
        whole: wholes[at] !== null && wholes[at] === commonest,
      })),
      screenPlain: plain.filter((openings) => shownIn(openings, target)).length,
    };
  });
  const judged = judgeTriggers(rows);
  return {
    screened: screening.length,
    families: families.map(({ name, candidates }, f) => ({
      family: name,
      candidates: candidates.length,
      gains: chosen[f]!.map(({ target }) => gain(target)),
    })),
    judged: kept.map(({ candidate, f, target }, i) => ({
      family: families[f]!.name,
      candidate: candidate.name,
      target: (target?.text ?? "").slice(0, 1000),
      ...rows[i]!,
      counted: judged[i]!,
    })),
  };
}

const shownIn = (openings: readonly string[] | null, target: Target | null) =>
  target !== null && shows(openings, target.text);

/** The first of those that come most often; null of none. */
function mostCommon(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: string | null = null;
  for (const [text, count] of counts) if (best === null || count > counts.get(best)!) best = text;
  return best;
}
