/** Writes the page and the figures of a finding as this version does, from what its bundle holds and nothing else. */
import { decodeRequest } from "../../evidence/request.js";
import { decodeFinding } from "../../finding/codec.js";
import { figures } from "../../report/figures.js";
import { renderPage } from "../../report/page.js";
import { askingOf } from "../known.js";
import { pages } from "../publish.js";
import { parseStudy } from "../studies.js";
import type { StoredPage, WrittenPage } from "./page.js";

type WritePage = (part: Pick<StoredPage, "finding" | "study">) => WrittenPage;

/** @throws AssayError UNSUPPORTED for a request of a question that this version does not ask */
export async function pageWriter(request: Uint8Array, keyId: string | null): Promise<WritePage> {
  const asked = decodeRequest(request, "request.json");
  const pageOf = await pages(askingOf(asked.command), asked, keyId);
  return ({ finding, study }) => {
    const input = pageOf(decodeFinding(finding, "finding.json"), study ? parseStudy(study, "validation.json") : null);
    return { page: renderPage(input), figures: figures(input) };
  };
}
