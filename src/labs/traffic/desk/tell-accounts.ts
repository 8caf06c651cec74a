/**
 * Tells a provider's own systems which accounts supporting findings list: a file of all of them, a message for each once, a
 * gateway's feed. Which ids were told stands in the data folder, so that a run that starts again tells nobody twice; an
 * id counts as told when the receiver has answered that it took it. Between findings a feed is written anew before it is half
 * way to its expiry; when nothing is written any more, its entries run out.
 */
import { AssayError, quoted } from "../../../base/error.js";
import type { Finding } from "../../../finding/finding.js";
import { FEED_ACTIONS, type FeedAction, feedOf, type Listing, listings } from "../feed.js";
import { now, readTold, writeAlert, writeFeed, writeTold } from "../host/account-list.js";

export interface TellingOptions {
  alert?: string;
  webhook?: string;
  feed?: string;
  feedAction?: string;
  feedDays?: string;
  appeal?: string;
}

interface Telling {
  folder: string;
  alert: string | undefined;
  webhook: string | undefined;
  feed: { path: string; action: FeedAction; days: number; appeal: string } | null;
  told: Set<string>;
  /** Of the last findings. */
  listed: Listing[];
  feedWrittenMs: number;
}

const DAYS_MAX = 90;
const DAY_MS = 86_400_000;
/** A receiver that does not answer must not hold up the next look; it is told again then. */
const ANSWER_MS_MAX = 30_000;

/** Checks what was asked before the long examination. @throws USAGE naming the flag */
export async function tellingOf(given: TellingOptions, folder: string): Promise<Telling> {
  const { feed, feedAction = "step-up", feedDays = "7", appeal } = given;
  const days = Number(feedDays);
  const action = FEED_ACTIONS.find((known) => known === feedAction);
  if (feed !== undefined) {
    if (!action) throw new AssayError("USAGE", `--feed-action: expected step-up or deny, got ${quoted(feedAction)}`);
    if (!(days > 0 && days <= DAYS_MAX))
      throw new AssayError("USAGE", `--feed-days: expected days above 0, at most ${DAYS_MAX}, got ${quoted(feedDays)}`);
    if (!/^(https?:\/\/|mailto:)\S+$/.test(appeal ?? ""))
      throw new AssayError(
        "USAGE",
        `--appeal: expected where an account objects (https://… or mailto:…), got ${quoted(appeal ?? "nothing")}`,
      );
  }
  if (given.webhook !== undefined && !/^https?:\/\/\S+$/.test(given.webhook))
    throw new AssayError("USAGE", `--webhook: expected an address (https://…), got ${quoted(given.webhook)}`);
  return {
    folder,
    alert: given.alert,
    webhook: given.webhook,
    feed: feed === undefined ? null : { path: feed, action: action!, days, appeal: appeal! },
    told: given.webhook === undefined ? new Set() : await readTold(folder),
    listed: [],
    feedWrittenMs: 0,
  };
}

/** @param findings null where a look found nothing new */
export async function tell(findings: readonly Finding[] | null, telling: Telling): Promise<void> {
  const { feed } = telling;
  if (findings !== null) {
    telling.listed = listings(findings);
    if (telling.alert !== undefined) await writeAlert(telling.alert, telling.listed);
  }
  const at = now();
  if (feed !== null && (findings !== null || at - telling.feedWrittenMs > (feed.days * DAY_MS) / 2)) {
    await writeFeed(feed.path, feedOf(telling.listed, { ...feed, now: at }));
    telling.feedWrittenMs = at;
  }
  if (telling.webhook === undefined) return;
  const accounts = telling.listed.filter(({ id }) => !telling.told.has(id));
  if (accounts.length === 0 || !(await posted(telling.webhook, accounts))) return;
  for (const { id } of accounts) telling.told.add(id);
  await writeTold(telling.folder, telling.told);
}

async function posted(webhook: string, accounts: readonly Listing[]): Promise<boolean> {
  try {
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const answer = await fetch(webhook, { method: "POST", headers, body: JSON.stringify({ accounts }), signal });
    if (!answer.ok) process.stderr.write(`webhook: answered ${answer.status}\n`);
    return answer.ok;
  } catch (error) {
    process.stderr.write(`webhook: ${(error as Error).message}\n`);
    return false;
  }
}
