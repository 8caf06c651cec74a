/** Hashed rows, each with its template, into a Parquet file that labs/traffic/host/files/parquet-log.ts takes in again. */
import { AssayError } from "../../../base/error.js";
import type { SqlEngine } from "../engine.js";
import { OWN_COLUMNS, ROWS_COLUMNS } from "../log/tables.js";
import { sqlText } from "./files/parquet-log.js";

const NONE = "toFixedString('', 16)";

/** Overwrites `path`. @throws UNSUPPORTED with a ClickHouse server, which would write on its own disk */
export async function exportHashed(engine: SqlEngine, path: string): Promise<void> {
  if (engine.name !== "chdb")
    throw new AssayError("UNSUPPORTED", "traffic export: expected the engine in process, which writes files here");
  const columns = ROWS_COLUMNS.filter(([name]) => !OWN_COLUMNS.has(name)).map(([name]) =>
    name === "template" ? `if(r.template != ${NONE}, r.template, t.template) AS template` : `r.${name} AS ${name}`,
  );
  // A prompt's template proper ends its first byte in 0 (templates/read-prompts.ts).
  await engine.run(
    `INSERT INTO FUNCTION file('${sqlText(path)}', 'Parquet') SELECT ${columns.join(", ")} FROM rows AS r
 LEFT JOIN (SELECT prompt, template FROM templates WHERE bitAnd(reinterpretAsUInt8(substring(template, 1, 1)), 1) = 0) AS t ON r.prompt = t.prompt
 ORDER BY account, ts, source SETTINGS engine_file_truncate_on_insert = 1, output_format_parquet_fixed_string_as_fixed_byte_array = 1`,
  );
}
