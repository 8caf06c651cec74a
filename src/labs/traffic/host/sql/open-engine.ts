/** Which engine: a server where ASSAY_CLICKHOUSE_URL names one, else the engine in process, in the examination's folder. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { SqlEngine } from "../../engine.js";
import { ChdbEngine } from "./chdb-engine.js";
import { ClickHouseEngine } from "./clickhouse-engine.js";

/** @param folder one process at a time where the engine runs here */
export function openEngine(
  folder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<SqlEngine> {
  const url = env.ASSAY_CLICKHOUSE_URL;
  return url ? ClickHouseEngine.open(url) : ChdbEngine.open(join(folder, "engine"), availableParallelism());
}
