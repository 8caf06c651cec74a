/** Tells a provider's own systems which accounts supporting findings list: a file, a posted JSON, or both. */
import type { Finding } from "../../../finding/finding.js";
import { writeAlert } from "../host/account-list.js";
import type { TrafficObservations } from "../observations.js";

interface Alerted {
  account: string;
  log10P: number;
  proposition: string;
}

export async function alert(
  findings: readonly Finding[],
  { path, webhook }: { path: string | undefined; webhook: string | undefined },
): Promise<void> {
  const accounts = findings
    .filter((finding) => finding.outcome === "supports-hp")
    .flatMap((finding): Alerted[] =>
      (finding.observations as TrafficObservations).accounts.map((a) => ({
        ...a,
        proposition: finding.proposition.id,
      })),
    );
  if (path !== undefined) await writeAlert(path, accounts);
  if (webhook === undefined || accounts.length === 0) return;
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(webhook, { method: "POST", headers, body: JSON.stringify({ accounts }) });
    if (!answer.ok) process.stderr.write(`webhook: answered ${answer.status}\n`);
  } catch (error) {
    process.stderr.write(`webhook: ${(error as Error).message}\n`);
  }
}
