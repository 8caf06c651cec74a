/**
 * A folder of cases as a docket: each case read when it is asked for and again when its log has grown, lists from the index
 * across cases. One that cannot be read is named with its reason and hides no other. Everything handed out is a view of one
 * circle, and the index holds the public one's words alone.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
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
import { type CaseIndex, openCaseIndex } from "./index/open-index.js";
import { refreshIndex } from "./index/refresh-index.js";
import { type CaseSearch, type FoundCase, searchCases, standingOf } from "./index/search-cases.js";
import { wholeCase } from "./whole-case.js";

/** One look at a checkpoint serves for so long; a view is made anew once a minute, as times run out. */
const FRESH_MS = 1000;
/** Looking through all checkpoints takes at most one part in so many of the time. */
const LOOK_SHARE = 20;
/** A look that took longer than this is not waited for again. */
const AWAITED_MS = 200;
const VIEW_SECONDS = 60;
/** Whole cases in memory at a time; what is dropped is read again. */
const HELD_MAX = 500;

interface Held {
  folder: string;
  whole: WholeCase;
  checkpoint: string;
  looked: number;
  views: Map<Tier, { made: number; view: CaseView }>;
}

export class Docket {
  readonly where: string;
  readonly #index: CaseIndex;
  /** Where there is one case: the name of its folder. */
  readonly #only: string | undefined;
  #folders = new Map<string, string>();
  /** Numbers that more than one folder has, with their folders: which of them is the case nothing here can say. */
  #twice = new Map<string, string[]>();
  readonly #held = new Map<string, Held>();
  #refreshed = 0;
  #took = 0;
  #refreshing: Promise<void> | null = null;
  #fault: unknown = null;

  private constructor(where: string, index: CaseIndex, only: string | undefined) {
    this.where = where;
    this.#index = index;
    this.#only = only;
  }

  /**
   * @param where a folder of cases, or one case @param databaseUrl of PostgreSQL, in place of a file beside the cases
   * @throws NOT_FOUND where there is no case
   */
  static async open(where: string, databaseUrl?: string): Promise<Docket> {
    const info = await stat(where).catch(() => null);
    if (!info?.isDirectory())
      throw new AssayError("NOT_FOUND", `docket: expected a folder of cases at ${quoted(where)}`);
    const one = (await readFile(join(where, CASE_FILE)).catch(() => null)) !== null;
    const folder = one ? dirname(resolve(where)) : resolve(where);
    const docket = new Docket(
      where,
      await indexOf(folder, one, databaseUrl),
      one ? basename(resolve(where)) : undefined,
    );
    await docket.#fresh();
    if (docket.#folders.size === 0) {
      await docket.close();
      throw new AssayError("NOT_FOUND", `docket: expected a folder of cases at ${quoted(where)}`);
    }
    return docket;
  }

  close(): Promise<void> {
    return this.#index.database.close();
  }

  /** Cases of the public docket, a page at a time. */
  async search(asked: CaseSearch): Promise<{ found: number; cases: readonly FoundCase[] }> {
    return searchCases(await this.#fresh(), asked, unixSeconds());
  }

  /** States that cases are in, and cases that cannot be read. */
  async standing(): Promise<{ states: string[]; unreadable: { case: string; says: string }[] }> {
    const { states, unreadable } = await standingOf(await this.#fresh(), unixSeconds());
    const twice = [...this.#twice].flatMap(([id, names]) =>
      names.map((name) => ({ case: name, says: `the case ${id} lies in more than one folder` })),
    );
    return { states, unreadable: [...unreadable, ...twice] };
  }

  /** Looks for what was entered since; a large docket is looked through while older answers are given. */
  async #fresh(): Promise<CaseIndex> {
    if (Date.now() - this.#refreshed >= Math.max(FRESH_MS, LOOK_SHARE * this.#took)) {
      this.#refreshing ??= this.#refresh().finally(() => {
        this.#refreshing = null;
      });
      const done = this.#refreshing.catch((error: unknown) => {
        this.#fault = error;
      });
      if (this.#took < AWAITED_MS) await done;
    }
    const fault = this.#fault;
    this.#fault = null;
    if (fault !== null) throw fault;
    return this.#index;
  }

  async #refresh(): Promise<void> {
    const began = Date.now();
    const { changed, gone } = await refreshIndex(this.#index, undefined, this.#only);
    if (changed > 0 || gone > 0 || this.#folders.size === 0) await this.#look();
    this.#refreshed = Date.now();
    this.#took = this.#refreshed - began;
  }

  /** Which folder holds which case. */
  async #look(): Promise<void> {
    const { folder } = this.#index;
    const names = this.#only === undefined ? await namesIn(folder) : [this.#only];
    const known = new Map([...this.#folders].map(([id, path]) => [path, id]));
    const folders = new Map<string, string>();
    const twice = new Map<string, string[]>();
    for (const name of names) {
      const path = join(folder, name);
      const id = known.get(path) ?? (await idOf(path));
      if (id === null) continue;
      const before = folders.get(id);
      if (before === undefined) folders.set(id, path);
      else twice.set(id, [...(twice.get(id) ?? [basename(before)]), name]);
    }
    this.#folders = folders;
    this.#twice = twice;
  }

  /** Null where there is no such case. @throws USAGE where two folders hold one of this number */
  folderOf(id: string): string | null {
    if (!CASE_ID.test(id)) return null;
    const twice = this.#twice.get(id);
    if (twice)
      throw new AssayError(
        "USAGE",
        `docket: more than one folder holds the case ${id} (${twice.map(quoted).join(", ")}): which of them is it cannot be said here; take the others away`,
      );
    return this.#folders.get(id) ?? null;
  }

  /** Null where there is no such case. @throws where it does not hold together */
  async whole(id: string): Promise<WholeCase | null> {
    return (await this.#open(id))?.whole ?? null;
  }

  /** Read again when it is next asked for, however fresh it is held to be. */
  changed(id: string): void {
    const held = this.#held.get(id);
    if (held) held.looked = 0;
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
  const entries = await readdir(where, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

/** Null where no case lies; one that does not hold together is listed by the index. */
async function idOf(folder: string): Promise<string | null> {
  const bytes = await readFile(join(folder, CASE_FILE)).catch(() => null);
  if (!bytes) return null;
  try {
    return readCaseFile(bytes, CASE_FILE).id;
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}

/** Beside the cases where that can be written, else in memory. */
async function indexOf(folder: string, one: boolean, databaseUrl?: string): Promise<CaseIndex> {
  if (databaseUrl !== undefined) return openCaseIndex(folder, { databaseUrl });
  if (one) return openCaseIndex(folder, { inMemory: true });
  try {
    return await openCaseIndex(folder);
  } catch (error) {
    // SQLITE_READONLY and SQLITE_CANTOPEN.
    if (![8, 14].includes(((error as { errcode?: number }).errcode ?? 0) & 0xff)) throw error;
    return openCaseIndex(folder, { inMemory: true });
  }
}

async function checkpointOf(folder: string): Promise<string> {
  return readFile(join(folder, CHECKPOINT_PATH), "latin1").catch(() => "");
}
