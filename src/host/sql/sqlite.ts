/** SQLite as Node has it built in. */
import type { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../base/error.js";
import type { Database, Queries, Row, Value } from "./database.js";

/** Statements kept prepared; inserts of many rows differ in their length. */
const PREPARED_MAX = 200;
/** Another process writes for so long at most. */
const BUSY_MILLISECONDS = 30_000;

/** @param path a file, or `:memory:` @throws UNSUPPORTED where this Node has no SQLite, FORMAT for a file that is no database */
export async function openSqlite(path: string): Promise<Database> {
  const database = new (await builtIn()).DatabaseSync(path);
  const prepared = new Map<string, Prepared>();
  const prepare = (sql: string) => {
    let statement = prepared.get(sql);
    if (!statement) {
      if (prepared.size >= PREPARED_MAX) prepared.clear();
      statement = preparedOf(database, sql);
      prepared.set(sql, statement);
    }
    return statement;
  };
  const queries: Queries = {
    all: async <T extends Row>(sql: string, values: readonly Value[] = []) =>
      faults(path, () => prepare(sql).rows(values) as T[]),
    run: async (sql, values = []) => faults(path, () => prepare(sql).run(values)),
  };
  const script = async (sql: string) => faults(path, () => database.exec(sql));
  try {
    // Made again from the cases at any time: a power cut may cost the last changes, never a readable file.
    await script(`PRAGMA busy_timeout = ${BUSY_MILLISECONDS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`);
  } catch (error) {
    database.close();
    throw error;
  }
  // A transaction spans turns of the event loop, so that another call must wait for it.
  let last: Promise<unknown> = Promise.resolve();
  return {
    engine: "sqlite",
    ...queries,
    script,
    transaction: (work) => {
      const done = last.then(async () => {
        await script("BEGIN IMMEDIATE");
        try {
          const value = await work(queries);
          await script("COMMIT");
          return value;
        } catch (error) {
          if (database.isTransaction) await script("ROLLBACK");
          throw error;
        }
      });
      last = done.catch(() => undefined);
      return done;
    },
    close: async () => database.close(),
  };
}

interface Prepared {
  rows: (values: readonly Value[]) => Row[];
  run: (values: readonly Value[]) => void;
}

/**
 * `$1`, `$2` … become places in their order, as values by name are looked up one by one at each call; rows as arrays under
 * the columns' names take half the time of rows as objects, where this Node can give them.
 */
function preparedOf(database: DatabaseSync, sql: string): Prepared {
  const order: number[] = [];
  const text = sql.replace(/\$([0-9]+)/g, (_, place) => {
    order.push(Number(place) - 1);
    return "?";
  });
  const statement = database.prepare(text);
  const placed = (values: readonly Value[]) => order.map((at) => values[at]!);
  const run = (values: readonly Value[]) => void statement.run(...placed(values));
  if (typeof statement.setReturnArrays !== "function" || typeof statement.columns !== "function")
    return { run, rows: (values) => statement.all(...placed(values)) as Row[] };
  const names = statement.columns().map(({ name }) => name);
  statement.setReturnArrays(true);
  const rows = (values: readonly Value[]) =>
    (statement.all(...placed(values)) as unknown as (Value | null)[][]).map((given) => {
      const row: Row = {};
      for (let at = 0; at < names.length; at++) row[names[at]!] = given[at]!;
      return row;
    });
  return { run, rows };
}

/** Node 22 warns of an experiment whenever the module is loaded; nobody who asks for a list of cases has to read that. */
async function builtIn(): Promise<{ DatabaseSync: typeof DatabaseSync }> {
  const warn = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite/.test(String(warning))) (warn as (...all: unknown[]) => void).call(process, warning, ...rest);
  }) as typeof warn;
  try {
    return await import("node:sqlite");
  } catch {
    throw new AssayError(
      "UNSUPPORTED",
      `an index needs node:sqlite, which Node ${process.versions.node} lacks: expected Node 22.22 or later, or DATABASE_URL`,
    );
  } finally {
    process.emitWarning = warn;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED: ReadonlySet<number> = new Set([11, 26]);

function faults<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    if (errcode !== undefined && DAMAGED.has(errcode & 0xff))
      throw new AssayError("FORMAT", `${path}: expected a database; it is damaged, or something else`);
    throw error;
  }
}
