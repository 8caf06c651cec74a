/** Which log, which tables, which key: what every command about a log is told, as it is typed. */
import { join, resolve } from "node:path";
import { utf8 } from "../../../base/bytes.js";
import { sha256Hex } from "../../../base/digest.js";
import { assayHome } from "../../../host/home.js";
import type { ExamineLogsOptions } from "./examine-logs.js";
import { readMapping } from "./read-mapping.js";

export interface LogOptions {
  data?: string;
  hashKey?: string;
  mapping?: string;
  reveal?: boolean;
}

/** The data folder follows from the logs' paths unless --data names one; the key from its file or the environment. */
export async function logOptions(
  logs: readonly string[],
  options: LogOptions,
): Promise<Omit<ExamineLogsOptions, "onProgress" | "studies">> {
  const home = join(assayHome(), "traffic");
  // Without --data each set of paths has a folder of its own, so that two logs do not mix.
  const folder =
    options.data ??
    join(
      home,
      sha256Hex(utf8(logs.map((log) => (/^[a-z0-9]+:\/\//.test(log) ? log : resolve(log))).join("\n"))).slice(0, 16),
    );
  return {
    logs,
    folder,
    keyFile: options.hashKey ?? join(home, "key"),
    keyMayBeNew: options.hashKey === undefined,
    mapping: options.mapping === undefined ? null : await readMapping(options.mapping),
    reveal: options.reveal === true,
  };
}
