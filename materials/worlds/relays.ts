/**
 * Relays: one service forwards unrelated users' requests through a pool of accounts. The schedulers are those of public
 * relay software: round robin by request, sticky by session for an hour, the account used least, and car pools in which
 * five people keep to one account. A pool has its accounts' cards and outgoing networks in lots, as such software allows.
 * Users are people who talk, or scripts with one template each that run whenever their owner does.
 */
import { person, volumes } from "./people.ts";
import { poisson, type Random } from "./random.ts";
import { userPrompt } from "./text.ts";
import { type Account, type Actor, DAY_MS, newAccount, personalTime, type Row, type Stage } from "./world.ts";

export const RELAYS = ["relay-round-robin", "relay-sticky", "relay-least-used", "car-pool"] as const;
export type RelayKind = (typeof RELAYS)[number];

const STICKY_MS = 3_600_000;

/** @param userOf who stands behind the accounts; people who talk and scripts of their own where nothing else is said */
export function relayOf(
  kind: RelayKind,
  name: string,
  size: number,
  rows: number,
  stage: Stage,
  r: Random,
  userOf?: (account: Account, rowsADay: number) => Actor,
) {
  const lot = 4 + r.below(6);
  const lots = Array.from({ length: Math.ceil(size / lot) }, () => ({
    card: `card-${Math.floor(r.unit() * 2 ** 40).toString(16)}`,
    net: `${20 + r.below(180)}.${r.below(256)}.${r.below(256)}`,
  }));
  const accounts = Array.from({ length: size }, (_, i) => {
    const { card, net } = lots[Math.floor(i / lot)]!;
    return newAccount(`${name}-${i}`, r, {
      agent: "relay-service/1.9",
      payment: card,
      addresses: [`${net}.${1 + r.below(254)}`],
    });
  });
  const n = kind === "car-pool" ? size * 5 : Math.max(12, Math.round(size * (0.5 + 3.5 * r.unit())));
  const scripts = r.unit();
  const users = volumes(n, rows / stage.days, r, 1).map((rowsADay, i) => {
    const account = newAccount(`${name}-user-${i}`, r);
    if (userOf) return userOf(account, rowsADay);
    return r.unit() < scripts ? script(account, rowsADay, stage, r) : person({ account, rowsADay }, stage);
  });
  function* rowsOn(day: number, own: Random): Iterable<Row> {
    const asked = users
      .flatMap((user, u) => [...user.rowsOn(day, own)].map((row) => ({ row, u })))
      .sort((a, b) => a.row.time - b.row.time);
    const used = new Float64Array(size);
    const held = new Map<string, { at: number; time: number }>();
    let turn = day % size;
    for (const { row, u } of asked) {
      let at: number;
      if (kind === "car-pool") at = Math.floor(u / 5) % size;
      else if (kind === "relay-least-used") at = used.indexOf(Math.min(...used));
      else {
        const before = held.get(row.session);
        const sticks = kind === "relay-sticky" && before && row.time - before.time < STICKY_MS;
        at = sticks ? before.at : turn++ % size;
        held.set(row.session, { at, time: row.time });
      }
      used[at]!++;
      yield { ...row, account: accounts[at]! };
    }
  }
  return { name, accounts, rowsOn, source: "all benign files" };
}

/** A script of somebody's own: one template, single questions, in runs when its owner starts it. */
function script(account: Account, rowsADay: number, stage: Stage, r: Random): Actor {
  const source = r.pick(stage.benign);
  const words = source.prompts[r.below(source.prompts.length)]!.split(" ");
  const head = `${words.slice(0, Math.max(6, Math.min(30, words.length >> 1))).join(" ")} (${account.id})`;
  const [zone, regularity] = [r.below(24), 0.2 + 0.7 * r.unit()];
  const run = 5 + r.below(25);
  function* rowsOn(day: number, q: Random): Iterable<Row> {
    if (q.unit() > regularity) return;
    for (let left = poisson(rowsADay / regularity, q); left > 0; left -= run) {
      let time = stage.startMs + day * DAY_MS + personalTime(zone, q);
      for (let k = Math.min(run, left); k > 0; k--) {
        const [input, output] = q.pick(stage.arrivals.tokens);
        yield {
          time: Math.round(time),
          account,
          session: `s-${account.id}-${Math.round(time)}`,
          history: [],
          system: null,
          prompt: `${head}\n\n${userPrompt(source, q.below(1e6), q).slice(0, 400)}`,
          model: "lumen-large",
          input,
          output,
        };
        time += 20_000 * (0.5 + q.unit());
      }
    }
  }
  return { name: "script", accounts: [account], rowsOn };
}
