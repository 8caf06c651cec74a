/**
 * Rows as LiteLLM's spend logs (`LiteLLM_SpendLogs`, schema.prisma of BerriAI/litellm), one JSON object a line, in
 * order of time, gzipped. Fields without a meaning here are left out, as exports do.
 */
import { createHash } from "node:crypto";
import type { Row } from "./world.ts";

/** Fields that a log may lack: what cannot be asked without them is part of what is tested. */
export type Lacking = "payment" | "network" | "org";

export function litellmLine(row: Row, without: readonly Lacking[] = []): string {
  const { account } = row;
  const has = (field: Lacking) => !without.includes(field);
  const messages = [
    ...(row.system === null ? [] : [{ role: "system", content: row.system }]),
    ...row.history.flatMap((text) => [
      { role: "user", content: text },
      { role: "assistant", content: "…" },
    ]),
    { role: "user", content: row.prompt },
  ];
  const time = new Date(row.time).toISOString();
  return JSON.stringify({
    request_id: createHash("sha1").update(`${row.session}|${row.time}|${row.prompt}`).digest("hex").slice(0, 24),
    call_type: "acompletion",
    api_key: account.key,
    total_tokens: row.input + row.output,
    prompt_tokens: row.input,
    completion_tokens: row.output,
    startTime: time,
    endTime: new Date(row.time + 20 * row.output).toISOString(),
    model: row.model,
    user: account.id,
    metadata: { payment_fingerprint: has("payment") ? account.payment : null, user_agent: account.agent },
    organization_id: has("org") ? account.org : null,
    requester_ip_address: has("network") ? account.addresses[0] : null,
    session_id: row.session,
    status: "success",
    messages,
  });
}
