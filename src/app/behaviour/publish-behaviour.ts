/** From an examination of answers to a bundle: a page for each finding, its figures, and how to repeat it. */
import { keyIdOf, publicKeyOf } from "../../evidence/ed25519.js";
import type { Finding } from "../../finding/finding.js";
import type { Settings } from "../../labs/behaviour/method.js";
import { figures } from "../../report/figures.js";
import { renderPage } from "../../report/page.js";
import type { PageInput } from "../../report/page-input.js";
import { makeBundle } from "../bundle/bundle.js";
import { type Study, studyOf } from "../validation-data.js";
import type { BehaviourExamination } from "./examine-behaviour.js";

export function behaviourBundle(
  { findings, inputs }: BehaviourExamination,
  settings: Settings,
  studies: readonly Study[],
  key?: Uint8Array,
): Map<string, Uint8Array> {
  const signed = key ? { keyId: keyIdOf(publicKeyOf(key)) } : null;
  const roles = inputs.map(({ role }) => role);
  const parts = findings.map((finding) => {
    const study = studyOf(finding, studies);
    const page = behaviourPage(finding, roles, settings, study, signed?.keyId ?? null);
    return { finding, page: renderPage(page), validation: study?.bytes ?? null, figures: figures(page) };
  });
  return makeBundle({
    parts,
    request: {
      type: "assay/request/v1",
      command: "examine behaviour",
      arguments: ["REFERENCE", "SUSPECT"],
      settings: { ...settings },
      inputs,
    },
    ...(key ? { key } : {}),
  });
}

/** @param roles of the request's inputs */
export function behaviourPage(
  finding: Finding,
  roles: readonly string[],
  settings: Settings,
  study: Study | null,
  keyId: string | null,
): PageInput {
  return {
    finding,
    validation: study,
    reproduce: { command: commandOf(roles, settings) },
    signed: keyId === null ? null : { keyId },
  };
}

/** Paths are the reader's own; settings are the examination's. */
function commandOf(roles: readonly string[], { seed }: Settings): string {
  const plain = /^[\w./:-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", "'\\''")}'`;
  const siblings = roles.filter((role) => role === "sibling").map(() => " --sibling T");
  const releases = roles.includes("before") ? " --before T1 --after T2" : "";
  return `assay examine behaviour REFERENCE SUSPECT --panel DIR${siblings.join("")}${releases} --seed ${plain}`;
}
