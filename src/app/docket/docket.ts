/**
 * A folder of cases as a docket: each case read when it is asked for and again when its log has grown. One that cannot be
 * read is named with its reason and hides no other. Everything handed out is a view of one circle.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import { CASE_ID } from "../../office/docket/entry/entry-statement.js";
import { advance } from "../../office/docket/fold/clocks.js";
import type { Tier } from "../../office/docket/pack/names.js";
import { type CaseView, view, type WholeCase } from "../../office/docket/view/case-view.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import { CASE_FILE } from "./case-bundle-layout.js";
import { readCaseFile } from "./case-data.js";
import { openCaseFolder } from "./case-folder.js";
import { wholeCase } from "./whole-case.js";

/** One look at a checkpoint serves for so long; a view is made anew once a minute, as times run out. */
const FRESH_MS = 1000;
const VIEW_SECONDS = 60;
/** Whole cases in memory at a time; what is dropped is read again. */
const HELD_MAX = 500;

export interface CaseSummary {
  case: string;
  title: string;
  state: string;
  says: string;
  opened: string;
  last: string;
  entries: number;
  outcome: string | null;
  /** The next time that runs out, and whose it is. */
  due: { timer: string; due: string } | null;
  ordersInForce: number;
  rehearsal: boolean;
  /** Words of the public view, lower case, for search. */
  words: string;
}

interface Held {
  folder: string;
  whole: WholeCase;
  checkpoint: string;
  looked: number;
  views: Map<Tier, { made: number; view: CaseView }>;
}

export class Docket {
  readonly where: string;
  readonly #folders = new Map<string, string>();
  readonly #held = new Map<string, Held>();
  readonly #summaries = new Map<string, { checkpoint: string; summary: CaseSummary }>();
  readonly #unreadable = new Map<string, string>();

  private constructor(where: string) {
    this.where = where;
  }

  /** @param where a folder of cases, or one case @throws NOT_FOUND where there is none */
  static async open(where: string): Promise<Docket> {
    const docket = new Docket(where);
    await docket.look();
    if (docket.#folders.size === 0)
      throw new AssayError("NOT_FOUND", `docket: expected a folder of cases at ${quoted(where)}`);
    return docket;
  }

  /** Finds cases that were added. */
  async look(): Promise<void> {
    const own = await readFile(join(this.where, CASE_FILE)).catch(() => null);
    const entries = own ? [""] : await namesIn(this.where);
    for (const name of entries) {
      const folder = join(this.where, name);
      if ([...this.#folders.values()].includes(folder)) continue;
      const bytes = own ?? (await readFile(join(folder, CASE_FILE)).catch(() => null));
      if (!bytes) continue;
      try {
        const { id } = readCaseFile(bytes, CASE_FILE);
        if (this.#folders.has(id)) throw new AssayError("FORMAT", `two folders hold case ${id}`);
        this.#folders.set(id, folder);
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        this.#unreadable.set(name, error.message);
      }
    }
  }

  get ids(): string[] {
    return [...this.#folders.keys()].sort();
  }

  /** Cases that cannot be read, with the reason. */
  get unreadable(): ReadonlyMap<string, string> {
    return this.#unreadable;
  }

  folderOf(id: string): string | null {
    return (CASE_ID.test(id) && this.#folders.get(id)) || null;
  }

  /** Null where there is no such case. @throws where it does not hold together */
  async whole(id: string): Promise<WholeCase | null> {
    return (await this.#open(id))?.whole ?? null;
  }

  async view(id: string, tier: Tier): Promise<CaseView | null> {
    const held = await this.#open(id);
    if (!held) return null;
    const { whole, views } = held;
    const now = whole.rehearsal ? whole.state.at : Math.max(unixSeconds(), whole.state.at);
    const before = views.get(tier);
    if (before && now - before.made < VIEW_SECONDS) return before.view;
    advance(whole.state, whole.rules, now);
    const made = view(whole, tier);
    views.set(tier, { made: now, view: made });
    return made;
  }

  async summaries(): Promise<CaseSummary[]> {
    const list: CaseSummary[] = [];
    for (const id of this.ids) {
      const checkpoint = await checkpointOf(this.#folders.get(id)!);
      const known = this.#summaries.get(id);
      if (known?.checkpoint === checkpoint) {
        list.push(known.summary);
        continue;
      }
      try {
        const summary = summaryOf((await this.view(id, "PUBLIC"))!);
        this.#summaries.set(id, { checkpoint, summary });
        this.#unreadable.delete(id);
        list.push(summary);
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        this.#unreadable.set(id, error.message);
      }
    }
    return list.sort((a, b) => (a.last < b.last ? 1 : a.last > b.last ? -1 : a.case < b.case ? -1 : 1));
  }

  async #open(id: string): Promise<Held | null> {
    const folder = this.folderOf(id);
    if (folder === null) return null;
    const held = this.#held.get(id);
    if (held && Date.now() - held.looked < FRESH_MS) return held;
    const checkpoint = await checkpointOf(folder);
    if (held?.checkpoint === checkpoint) {
      held.looked = Date.now();
      return held;
    }
    const open = await openCaseFolder(folder);
    const whole = await wholeCase(open, open.state.at);
    const made: Held = { folder, whole, checkpoint, looked: Date.now(), views: new Map() };
    this.#held.delete(id);
    this.#held.set(id, made);
    if (this.#held.size > HELD_MAX) this.#held.delete(this.#held.keys().next().value!);
    return made;
  }
}

async function namesIn(where: string): Promise<string[]> {
  const info = await stat(where).catch(() => null);
  if (!info?.isDirectory()) throw new AssayError("NOT_FOUND", `docket: expected a folder of cases at ${quoted(where)}`);
  const entries = await readdir(where, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
}

async function checkpointOf(folder: string): Promise<string> {
  return readFile(join(folder, CHECKPOINT_PATH), "latin1").catch(() => "");
}

function summaryOf(shown: CaseView): CaseSummary {
  const { stated, deadlines, orders, entries } = shown;
  const running = deadlines.filter(({ status }) => status === "running").sort((a, b) => (a.due < b.due ? -1 : 1));
  return {
    case: shown.case,
    title: shown.title,
    state: stated.state,
    says: stated.says,
    opened: entries[0]?.received ?? "",
    last: entries.at(-1)?.received ?? "",
    entries: entries.length,
    outcome: stated.decision?.outcome ?? null,
    due: running[0] ? { timer: running[0].timer, due: running[0].due } : null,
    ordersInForce: orders.filter(({ inForce }) => inForce).length,
    rehearsal: shown.rehearsal,
    words: wordsOf(shown),
  };
}

function wordsOf({ case: id, title, parties, entries, exhibits }: CaseView): string {
  const words = [id, title, ...parties.map(({ party }) => party), ...exhibits.map((each) => each.title ?? "")];
  for (const { title: kind, text, facts } of entries) words.push(kind, text ?? "", ...stringsIn(facts));
  return words.join("\n").toLowerCase();
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return /^sha256:|^-----BEGIN|^[0-9a-f]{64,}$/.test(value) ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
