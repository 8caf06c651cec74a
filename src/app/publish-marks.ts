/** From findings of the marks laboratory to a bundle: a page each, and how to repeat it. The key is never in it. */
import { keyIdOf, publicKeyOf } from "../evidence/ed25519.js";
import type { Finding } from "../finding/finding.js";
import { figures } from "../report/figures.js";
import { renderPage } from "../report/page.js";
import { makeBundle } from "./bundle.js";
import { loadStudy, studyOf } from "./validation-data.js";

export interface MarksPublication {
  /** As typed: "examine marks". */
  command: string;
  /** Names of what was given: ["TEXTS"]. */
  arguments: readonly string[];
  /** How a reader types it again, with paths of their own. */
  reproduce: string;
  settings: Record<string, string | number | boolean>;
}

export async function marksBundle(
  findings: readonly Finding[],
  publication: MarksPublication,
  key?: Uint8Array,
): Promise<Map<string, Uint8Array>> {
  const signed = key ? { keyId: keyIdOf(publicKeyOf(key)) } : null;
  const parts = await Promise.all(
    findings.map(async (finding) => {
      const loaded = await loadStudy(`validation/${finding.method.id.replace("/", "-")}.json`);
      const study = loaded ? studyOf(finding, [loaded]) : null;
      const page = { finding, validation: study, reproduce: { command: publication.reproduce }, signed };
      return { finding, page: renderPage(page), validation: study?.bytes ?? null, figures: figures(page) };
    }),
  );
  return makeBundle({
    parts,
    request: {
      type: "assay/request/v1",
      command: publication.command,
      arguments: [...publication.arguments],
      settings: publication.settings,
      inputs: inputsOf(findings[0]!),
    },
    ...(key ? { key } : {}),
  });
}

function inputsOf({ subject }: Finding) {
  const roles = Object.entries(subject).filter(([, value]) => typeof value === "object");
  return roles.map(([role, artefact]) => {
    const { name, root } = artefact as { name: string; root: `sha256:${string}` };
    return { role, name, root };
  });
}
