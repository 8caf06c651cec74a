/**
 * The index across the cases of a folder: a file beside them, or a PostgreSQL database. It is made from the cases and can be
 * thrown away. `cases.db` holds nothing that the cases' public records do not say.
 */
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { readPackageFile } from "../../../host/package-files.js";
import { type Database, insert, type Queries } from "../../../host/sql/database.js";
import { openPostgres } from "../../../host/sql/postgres.js";
import { openSqlite } from "../../../host/sql/sqlite.js";

export const INDEX_FILE = "cases.db";
const SQL_FILE = "data/docket/index.sql";
/** Of the tables and of what stands in them; an index of another version is made anew. */
const INDEX_VERSION = "4";
const TABLES = ["cases", "spans", "clocks", "parties", "models", "words", "entries", "faults", "about"] as const;

export interface CaseIndex {
  database: Database;
  /** The folder whose subfolders are cases. */
  folder: string;
}

interface OpenIndexOptions {
  /** A PostgreSQL database in place of the file. */
  databaseUrl?: string | undefined;
  /** Throw away what is there. */
  rebuild?: boolean;
  /** In memory: nothing is written beside the cases. */
  inMemory?: boolean;
}

/** @throws USAGE where the database holds the index of another folder; FORMAT for a damaged file */
export async function openCaseIndex(
  folder: string,
  { databaseUrl, rebuild = false, inMemory = false }: OpenIndexOptions = {},
): Promise<CaseIndex> {
  const whose = resolve(folder);
  const path = inMemory ? ":memory:" : join(whose, INDEX_FILE);
  if (!inMemory && databaseUrl === undefined && rebuild)
    for (const name of [path, `${path}-wal`, `${path}-shm`]) await rm(name, { force: true });
  const database = databaseUrl === undefined ? await openSqlite(path) : await openPostgres(databaseUrl);
  try {
    const held = rebuild ? {} : await aboutOf(database);
    if (databaseUrl !== undefined && held.folder !== undefined && held.folder !== whose)
      throw new AssayError(
        "USAGE",
        `DATABASE_URL: holds the index of ${quoted(held.folder)}; give another database, or make it anew with --rebuild`,
      );
    if (held.version !== INDEX_VERSION) await begin(database, whose);
    return { database, folder: whose };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function begin(database: Database, folder: string): Promise<void> {
  for (const table of TABLES) await database.script(`DROP TABLE IF EXISTS docket_${table}`);
  const bytes = await readPackageFile(SQL_FILE);
  if (!bytes) throw new Error(`the package lacks ${SQL_FILE}`);
  await database.script(fromUtf8(bytes, SQL_FILE));
  const about: [string, string][] = [
    ["version", INDEX_VERSION],
    ["folder", folder],
    // Made anew it begins higher than it ended: another program still holds what it read.
    ["changes", String(Date.now() * 1000)],
  ];
  await database.transaction((queries) => insert(queries, "docket_about", ["name", "value"], about));
}

/**
 * To be called first in each transaction that changes a table: what was read before is read again, by whatever program holds
 * it. The first to touch this row goes first; another process waits for it, on either engine.
 */
export async function changed(queries: Queries): Promise<void> {
  await queries.run("UPDATE docket_about SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'changes'");
}

/** Empty where there is no index yet. */
async function aboutOf(database: Database): Promise<{ version?: string; folder?: string }> {
  try {
    const rows = await database.all<{ name: string; value: string }>("SELECT name, value FROM docket_about");
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (error instanceof AssayError) throw error;
    return {};
  }
}
