/** From an examination of a log to a bundle: a page a finding, and how to repeat it. Neither key nor log is in it. */
import { keyIdOf, publicKeyOf } from "../../evidence/ed25519.js";
import type { Finding } from "../../finding/finding.js";
import { figures } from "../../report/figures.js";
import { renderPage } from "../../report/page.js";
import { makeBundle } from "../bundle/bundle.js";
import { studyOf } from "../validation-data.js";
import { loadTrafficStudies } from "./traffic-studies.js";

export async function trafficBundle(
  findings: readonly Finding[],
  revealed: boolean,
  key?: Uint8Array,
): Promise<Map<string, Uint8Array>> {
  const studies = await loadTrafficStudies();
  const signed = key ? { keyId: keyIdOf(publicKeyOf(key)) } : null;
  const command = `assay examine traffic LOG --key KEY${revealed ? " --reveal" : ""}`;
  const parts = findings.map((finding) => {
    const study = studyOf(finding, studies);
    const page = { finding, validation: study, reproduce: { command }, signed };
    return { finding, page: renderPage(page), validation: study?.bytes ?? null, figures: figures(page) };
  });
  const { subject } = findings[0]!;
  return makeBundle({
    parts,
    request: {
      type: "assay/request/v1",
      command: "examine traffic",
      arguments: ["LOG"],
      settings: { reveal: revealed },
      inputs: subject.kind === "log" ? [{ role: "log", name: subject.log.name, root: subject.log.root }] : [],
    },
    ...(key ? { key } : {}),
  });
}
