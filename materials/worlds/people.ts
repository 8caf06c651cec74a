/**
 * Plain users: volumes from a log-normal law (spread 1.2, so that the busiest hundredth sends some 15 times the
 * median), days of use by habit, a few lasting interests a person, conversations whose gaps come from the arrivals file.
 */

import { poisson, type Random, random } from "./random.ts";
import { FOLLOW_UPS, userPrompt } from "./text.ts";
import { type Account, type Actor, DAY_MS, personalModel, personalTime, type Row, type Stage } from "./world.ts";

const VOLUME_SPREAD = 1.2;

export interface Habits {
  account: Account;
  /** Mean rows a day over the whole log. */
  rowsADay: number;
  /** Only these of the benign files; all when absent. */
  system?: string | null;
}

export function person({ account, rowsADay, system = null }: Habits, stage: Stage): Actor {
  const own = random(`person ${account.id}`, stage.seed);
  const zone = own.below(24);
  const regularity = 0.15 + 0.8 * own.unit();
  const source = own.pick(stage.benign);
  const second = own.pick(stage.benign);
  // Popular themes are shared by many people: a square-law choice of the file's prompts.
  const interests = Array.from({ length: 3 + own.below(10) }, () => Math.floor(own.unit() ** 2 * 1e6));
  const prompt = (r: Random) => {
    const from = r.unit() < 0.75 ? source : second;
    const item = r.unit() < 0.8 ? r.pick(interests) : r.below(1e6);
    return userPrompt(from, Math.floor((item / 1e6) * from.prompts.length), r);
  };
  function* rowsOn(day: number, r: Random): Iterable<Row> {
    if (r.unit() > regularity) return;
    let left = poisson(rowsADay / regularity, r);
    while (left > 0) {
      const turns = Math.min(left, 1 + Math.floor(-2 * Math.log(1 - r.unit())));
      left -= turns;
      yield* conversation({ account, turns, day, at: personalTime(zone, r), system, prompt, stage }, r);
    }
  }
  return { name: "people", accounts: [account], rowsOn };
}

export interface Talk {
  account: Account;
  turns: number;
  day: number;
  /** Milliseconds into the day. */
  at: number;
  system: string | null;
  prompt: (r: Random) => string;
  stage: Stage;
}

export function* conversation(talk: Talk, r: Random): Iterable<Row> {
  const { account, stage, day } = talk;
  const session = `s-${account.id}-${day}-${Math.floor(talk.at)}-${r.below(1e6)}`;
  const address = r.pick(account.addresses);
  const model = personalModel(stage, day, r);
  const history: string[] = [];
  let time = stage.startMs + day * DAY_MS + talk.at;
  for (let turn = 0; turn < talk.turns; turn++) {
    const text = turn > 0 && r.unit() < 0.6 ? r.pick(FOLLOW_UPS) : talk.prompt(r);
    const [input, output] = r.pick(stage.arrivals.tokens);
    yield {
      time: Math.round(time),
      account: { ...account, addresses: [address] },
      session,
      history: history.slice(-2),
      system: talk.system,
      prompt: text,
      model,
      input,
      output,
    };
    history.push(text);
    time += 1000 * (5 + 20 * r.pick(stage.arrivals.gaps) + 60 * r.unit());
  }
}

/** Log-normal volumes scaled to a total: rows a day for each of `n` people. */
export function volumes(n: number, rowsADay: number, r: Random, spread = VOLUME_SPREAD): number[] {
  const raw = Array.from({ length: n }, () => Math.exp(spread * r.normal()));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((v) => (v / total) * rowsADay);
}
