/** Usage of an API from its logs: by key, model, organisation and template, unusual keys, and who shares what with an account. */
import { ingest } from "../host/ingest.js";
import { keyedHash, readHashKey } from "../host/keyed-hash.js";
import { openEngine } from "../host/sql/open-engine.js";
import { type Report, trafficReport } from "../report/usage.js";
import type { ExamineLogsOptions } from "./examine-logs.js";
import { type IntakeFacts, intakeFacts } from "./intake-facts.js";

interface ReportOptions extends Omit<ExamineLogsOptions, "studies"> {
  /** An account in clear, or its keyed hash: who shares networks, payment or clients with it is added. */
  account: string | null;
}

/** @param options `account` as it stands in the log, or its hash of 32 hexadecimal digits; null for a report on all */
export async function reportOnLogs(options: ReportOptions): Promise<Report & { intake: IntakeFacts }> {
  const key = await readHashKey(options.keyFile, options.keyMayBeNew);
  const engine = await openEngine(options.folder);
  try {
    const { manifest } = await ingest(engine, { ...options, key });
    const { account } = options;
    const hash =
      account === null || /^[0-9a-f]{32}$/.test(account) ? account : hex(keyedHash(key)("account", account, 16));
    return { ...(await trafficReport(engine, hash)), intake: await intakeFacts(engine, manifest) };
  } finally {
    await engine.close();
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
