/**
 * Parquet logs through the engine, which reads them column by column: a log of one's own becomes JSON lines in the data
 * folder, which go the way of every log; an export of hashed rows (app/traffic/traffic-export.ts) goes into the table as it is.
 */
import { join, resolve } from "node:path";
import { AssayError } from "../../../../base/error.js";
import type { SqlEngine } from "../../engine.js";
import { OWN_COLUMNS, ROWS_COLUMNS, structure } from "../../log/tables.js";

/** Told by the ending alone. */
export function isParquet(path: string): boolean {
  return /\.parquet$/i.test(path);
}

interface ParquetLog {
  from: string;
  hashed: boolean;
}

/** @returns how the engine reads it, and whether its rows are hashed already */
export async function openParquet(engine: SqlEngine, path: string): Promise<ParquetLog> {
  if (engine.name !== "chdb")
    throw new AssayError(
      "UNSUPPORTED",
      `log: expected JSON Lines or CSV where a server is the engine (it does not see ${path})`,
    );
  const from = `file('${sqlText(resolve(path))}', 'Parquet')`;
  let columns: { name: string }[];
  try {
    columns = await engine.rows<{ name: string }>(`DESCRIBE TABLE ${from}`);
  } catch (error) {
    throw new AssayError(
      "FORMAT",
      `log: expected a Parquet file, got ${(error as Error).message.slice(0, 160).replaceAll("\n", " ")} in ${path}`,
    );
  }
  const names = new Set(columns.map(({ name }) => name));
  return { from, hashed: ROWS_COLUMNS.every(([name]) => OWN_COLUMNS.has(name) || names.has(name)) };
}

/** Writes the log as JSON lines into the folder; 64-bit integers as digits in quotes, since a number would round them. @returns the file's path */
export async function parquetAsLines(engine: SqlEngine, { from }: ParquetLog, folder: string): Promise<string> {
  const path = resolve(join(folder, "parquet.jsonl"));
  await engine.run(
    `INSERT INTO FUNCTION file('${sqlText(path)}', 'JSONEachRow') SELECT * FROM ${from}
 SETTINGS output_format_json_quote_64bit_integers = 1, engine_file_truncate_on_insert = 1, max_threads = 1`,
  );
  return path;
}

/** Hashed rows into the table, as one batch. */
export async function takeHashed(engine: SqlEngine, { from }: ParquetLog, src: number, batch: number): Promise<number> {
  const own: Record<string, string> = { src: `toUInt32(${src}) AS src`, batch: `toUInt32(${batch}) AS batch` };
  const columns = ROWS_COLUMNS.map(([name]) => own[name] ?? name);
  const types = structure(ROWS_COLUMNS.filter(([name]) => !OWN_COLUMNS.has(name)));
  const typed = from.replace(/\)$/, `, '${sqlText(types)}')`);
  await engine.run(`INSERT INTO rows SELECT ${columns.join(", ")} FROM ${typed}`);
  const [found] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows WHERE batch = {b:UInt32}", {
    b: batch,
  });
  return found!.n;
}

/** What stands between single quotes in ClickHouse's SQL. */
export function sqlText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
