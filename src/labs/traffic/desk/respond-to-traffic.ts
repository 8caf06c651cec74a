/** One's own log against an accusation's bundle: what it says of one's accounts, beside what one's own rows say. */

import type { VerifyReport } from "../../../app/bundle/check.js";
import { AssayError } from "../../../base/error.js";
import { ingest } from "../host/ingest.js";
import { keyedHash, readHashKey } from "../host/keyed-hash.js";
import { openEngine } from "../host/sql/open-engine.js";
import { trafficObservationsSchema } from "../observations.js";
import { type Accusation, ownAccounts, type Response, respond } from "../respond.js";
import type { ExamineLogsOptions } from "./examine-logs.js";

/** @returns one response a group of the bundle, in its order */
export async function respondToTraffic(
  options: Omit<ExamineLogsOptions, "studies"> & { accusation: VerifyReport },
): Promise<Response[]> {
  const accusations = accusationsIn(options.accusation);
  if (accusations.length === 0)
    throw new AssayError(
      "FORMAT",
      "examine traffic --as-respondent: expected a bundle that speaks of a group of accounts, got none",
    );
  const key = await readHashKey(options.keyFile, options.keyMayBeNew);
  const hash = keyedHash(key);
  const hashed = (account: string) => Buffer.from(hash("account", account, 16)).toString("hex");
  const engine = await openEngine(options.folder);
  try {
    await ingest(engine, { ...options, key });
    const own = await ownAccounts(engine);
    return accusations.map((accusation) => respond(accusation, own, hashed));
  } finally {
    await engine.close();
  }
}

/** Groups of the bundle's findings, each once. */
function accusationsIn({ checks, findings }: VerifyReport): Accusation[] {
  const failed = checks.find((check) => !check.holds && check.checked !== false);
  if (failed)
    throw new AssayError(
      "FORMAT",
      `examine traffic --as-respondent: the bundle does not hold: ${failed.name}: ${failed.detail}`,
    );
  const out = new Map<string, Accusation>();
  for (const { observations, method } of findings) {
    const seen = trafficObservationsSchema.safeParse(observations);
    if (!seen.success || !seen.data.group || !seen.data.tables) continue;
    const { group, tables, accounts } = seen.data;
    const { pooledOperation, extractionWorkload } = group.statistic;
    out.set(group.id, {
      group: group.id,
      tables,
      stated: { pooledOperation, extractionWorkload },
      listed: accounts.map(({ account }) => account),
      version: Number(method.version),
    });
  }
  return [...out.values()];
}
