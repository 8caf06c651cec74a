/**
 * How many requests `behaviour/substituted` needs: its e-value on drawn counts, no models. Of the endpoint's answers a
 * share is foreign, such as no honest host gives (a mixture's share times the share of the substitute's answers that are
 * foreign); the others surprise as honest ones do. One thing at a time is changed: the margin, the controls' answers, and
 * one control that surprises more than the others. Beside it the level: honest endpoints that stand at the
 * margin's very edge.
 *
 *   npm run build && node validation/behaviour-substituted.requests.study.ts
 *
 * writes validation/behaviour-substituted-requests.json; some sixteen seconds of one core.
 */
import { writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { logEAgainst } from "../dist/labs/behaviour/substituted/e-value.js";
import { LEVELS, ODDS_MARGIN, SUBSTITUTED, SUBSTITUTED_METHOD } from "../dist/labs/behaviour/substituted/method.js";
import { logMeanE } from "../dist/stats/combine.js";
import { logChoose } from "../dist/stats/log-factorial.js";

/** Fewer looks than the finding takes; more only find earlier. */
const LOOKS = [20, 40, 60, 80, 120, 160, 240, 320, 480, 640, 960, 1280, 1920, 3840, 7680];
const FOREIGN = [0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1];
const ENDPOINTS = 100;
const HONEST = 10_000;
const HONEST_LOOKS = [80, 240, 480, 960, 1920, 3840];
const CONTROLS = 9;

interface Setting {
  name: string;
  margin: number;
  /** Of each control. */
  answers: number;
  /** Odds of a surprise of one control, as a factor of the others'. */
  warm: number;
  /** Levels at which surprises are counted. */
  levels: readonly number[];
}
const SETTINGS: Setting[] = [
  {
    name: "as it is: nine controls of 720 answers, margin 1.5",
    margin: ODDS_MARGIN,
    answers: 720,
    warm: 1,
    levels: LEVELS,
  },
  { name: "no margin", margin: 1, answers: 720, warm: 1, levels: LEVELS },
  { name: "controls of 240 answers", margin: ODDS_MARGIN, answers: 240, warm: 1, levels: LEVELS },
  { name: "controls of 2,880 answers", margin: ODDS_MARGIN, answers: 2880, warm: 1, levels: LEVELS },
  { name: "controls of 11,520 answers", margin: ODDS_MARGIN, answers: 11_520, warm: 1, levels: LEVELS },
  {
    name: "controls of 2,880 answers, and a fourth level of 0.005",
    margin: ODDS_MARGIN,
    answers: 2880,
    warm: 1,
    levels: [0.005, ...LEVELS],
  },
  { name: "one control surprises at twice the odds", margin: ODDS_MARGIN, answers: 720, warm: 2, levels: LEVELS },
  { name: "one control surprises at four times the odds", margin: ODDS_MARGIN, answers: 720, warm: 4, levels: LEVELS },
];

const atOdds = (rate: number, factor: number) => {
  const odds = (factor * rate) / (1 - rate);
  return odds / (1 + odds);
};

/** Cumulative binomial probabilities, by trials and chance. */
const tables = new Map<string, Float64Array>();
function tableOf(n: number, p: number): Float64Array {
  const key = `${n}/${p}`;
  const known = tables.get(key);
  if (known) return known;
  let sum = 0;
  const made = Float64Array.from({ length: n + 1 }, (_, k) => {
    sum += Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
    return sum;
  });
  tables.set(key, made);
  return made;
}

/** Adds what so many answers show to the counts by level, levels ascending, where an honest one surprises at `rates`. */
function counter(seed: string) {
  const source = prng("assay/substituted-requests", seed);
  const binomial = (n: number, p: number) => {
    if (n === 0 || p <= 0) return 0;
    if (p >= 1) return n;
    const u = (source.uint32() + 0.5) / 2 ** 32;
    const table = tableOf(n, p);
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (table[middle]! < u) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return (counts: number[], answers: number, rates: readonly number[], foreign: number) => {
    const alien = binomial(answers, foreign);
    let left = answers - alien;
    let above = 1;
    for (let l = rates.length - 1; l >= 0; l--) {
      // What surprises at a level surprises at all above.
      left = binomial(left, rates[l]! / above);
      above = rates[l]!;
      counts[l]! += alien + left;
    }
  };
}

interface Course {
  /** Requests at the first look with an e-value of 10^3, of 10^6. */
  warnedAt: number | null;
  foundAt: number | null;
  largest: number;
}

/** One endpoint beside controls of its own. */
function courseOf(
  seed: string,
  { margin, answers, warm, levels }: Setting,
  rates: readonly number[],
  foreign: number,
  looks: readonly number[],
): Course {
  const draw = counter(seed);
  const most = levels.map(() => 0);
  for (let host = 0; host < CONTROLS; host++) {
    const counts = levels.map(() => 0);
    const own = host === 0 ? levels.map((rate) => atOdds(rate, warm)) : levels;
    draw(counts, answers, own, 0);
    for (const [l, count] of counts.entries()) most[l] = Math.max(most[l]!, count);
  }
  const seen = levels.map(() => 0);
  const course: Course = { warnedAt: null, foundAt: null, largest: Number.NEGATIVE_INFINITY };
  let before = 0;
  for (const requests of looks) {
    draw(seen, requests - before, rates, foreign);
    before = requests;
    const logs = seen.map((surprising, l) =>
      logEAgainst({ surprising, answers: requests }, [{ surprising: most[l]!, answers }], margin),
    );
    const log10E = logMeanE(logs) / Math.LN10;
    course.largest = Math.max(course.largest, log10E);
    if (log10E >= 3) course.warnedAt ??= requests;
    if (log10E >= 6) {
      course.foundAt ??= requests;
      // What follows changes none of the figures.
      if (foreign > 0) break;
    }
  }
  return course;
}

/** Requests after which this share of the endpoints is found; null where that is not within the last look. */
function after(courses: readonly Course[], share: number): number | null {
  const at = courses.map(({ foundAt }) => foundAt ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const requests = at[Math.ceil(share * at.length) - 1]!;
  return Number.isFinite(requests) ? requests : null;
}

const power = SETTINGS.map((setting) => ({
  setting: setting.name,
  rows: FOREIGN.map((foreign) => {
    const courses = Array.from({ length: ENDPOINTS }, (_, e) =>
      courseOf(`${setting.name}/${foreign}/${e}`, setting, setting.levels, foreign, LOOKS),
    );
    const within = (requests: number) =>
      courses.filter(({ foundAt }) => foundAt !== null && foundAt <= requests).length;
    return {
      foreign,
      endpoints: ENDPOINTS,
      foundWithin: { 240: within(240), 480: within(480), 960: within(960), 3840: within(3840), 7680: within(7680) },
      halfAfter: after(courses, 0.5),
      nineTenthsAfter: after(courses, 0.9),
    };
  }),
}));

/** The controls alike; and one that alone explains the endpoint, so that none of the others helps it. */
const level = [SETTINGS[0]!, SETTINGS.at(-1)!].map((setting) => {
  const edge = setting.levels.map((rate) => atOdds(rate, setting.warm * setting.margin));
  const courses = Array.from({ length: HONEST }, (_, e) =>
    courseOf(`honest/${setting.name}/${e}`, setting, edge, 0, HONEST_LOOKS),
  );
  return {
    setting: setting.name,
    endpoints: HONEST,
    looks: HONEST_LOOKS,
    warned: courses.filter(({ warnedAt }) => warnedAt !== null).length,
    accused: courses.filter(({ foundAt }) => foundAt !== null).length,
    largestLog10E: Math.round(1e3 * Math.max(...courses.map(({ largest }) => largest))) / 1e3,
  };
});

writeFileSync(
  "validation/behaviour-substituted-requests.json",
  `${JSON.stringify(
    {
      type: "assay/behaviour/substituted-requests/v1",
      method: SUBSTITUTED,
      methodVersion: SUBSTITUTED_METHOD.version,
      page: "validation/behaviour-substituted.md",
      measuredOn: new Date().toISOString().slice(0, 10),
      seeds: "prng domain assay/substituted-requests, the setting, the share and a number",
      looks: LOOKS,
      levels: LEVELS,
      level,
      power,
    },
    null,
    1,
  )}\n`,
);
process.stdout.write(`${JSON.stringify(level)}\n`);
for (const { setting, rows } of power) {
  process.stdout.write(`${setting}\n`);
  for (const { foreign, halfAfter, nineTenthsAfter, foundWithin } of rows)
    process.stdout.write(
      `  ${foreign}: half after ${halfAfter}, nine tenths after ${nineTenthsAfter}, of ${ENDPOINTS} within 240: ${foundWithin[240]}, 480: ${foundWithin[480]}\n`,
    );
}
