/** An audit's bundle whose page an earlier version may have written: held against the renderers that are kept. */
import type { Files } from "../../evidence/bag.js";
import { keptRenderers, loadRenderer, type Renderer } from "../pages/kept-renderers.js";
import { type AuditPage, verifyAudit } from "./audit-bundle.js";

/** As `verifyAudit`; kept renderers are read only where this version writes another page. */
export async function verifyAuditAnyVersion(
  files: Files,
  options: Parameters<typeof verifyAudit>[1] = {},
): Promise<ReturnType<typeof verifyAudit>> {
  const found = verifyAudit(files, options);
  if (found.report === null || found.checks.every(({ name, holds }) => name !== "page" || holds)) return found;
  const pages: AuditPage[] = [];
  for (const kept of (await keptRenderers()).filter(({ form }) => form === "assay/finding/v2").reverse()) {
    const { auditPage } = await loadRenderer<Renderer>(kept);
    // The first ones wrote no page of an audit.
    if (!auditPage) break;
    pages.push(auditPage);
  }
  return pages.length === 0 ? found : verifyAudit(files, { ...options, pages });
}
