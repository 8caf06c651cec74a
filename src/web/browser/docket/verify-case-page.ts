/** The verifier of the docket's page /verify: a case checked in the reader's own browser. Nothing is sent anywhere. */
import { verifyCase } from "../../../app/docket/verify-case.js";
import { foundSinceText } from "../../../app/past-versions.js";
import { utf8 } from "../../../base/bytes.js";
import { unzipStrict, ZIP_LIMITS } from "../../../evidence/zip.js";
import { parsePolicy } from "../../../tlog/policy.js";

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const results = byId<HTMLUListElement>("results");
const unseen = byId<HTMLUListElement>("unseen");
const state = byId<HTMLParagraphElement>("state");

byId<HTMLFormElement>("verify").addEventListener("submit", async (event) => {
  event.preventDefault();
  results.replaceChildren();
  unseen.replaceChildren();
  byId("unseen-title").hidden = true;
  const file = byId<HTMLInputElement>("case").files?.[0];
  if (!file) {
    state.textContent = "Choose a case.";
    return;
  }
  state.textContent = "Checking.";
  try {
    const policy = byId<HTMLTextAreaElement>("policy").value.trim();
    const files = unzipStrict(new Uint8Array(await file.arrayBuffer()), { ...ZIP_LIMITS, entriesMax: 65_535 });
    const report = await verifyCase(files, { policy: policy === "" ? null : parsePolicy(utf8(policy)) });
    for (const { name, holds, detail } of report.checks) say(holds, `${name}: ${detail}`);
    const stands = report.state ? ` ${report.state.state}, as of ${report.state.asOf}.` : "";
    state.textContent = report.holds ? `The case holds.${stands}` : "The case does not hold.";
    for (const each of report.foundSince) results.append(item(foundSinceText(each)));
    for (const each of report.cannotSee) unseen.append(item(each));
    byId("unseen-title").hidden = report.cannotSee.length === 0;
  } catch (error) {
    state.textContent = `This is no case that can be read: ${(error as Error).message}`;
  }
});

function item(text: string): HTMLLIElement {
  const made = document.createElement("li");
  made.textContent = text;
  return made;
}

function say(holds: boolean, text: string): void {
  const made = item("");
  const mark = document.createElement("strong");
  mark.className = `govuk-tag ${holds ? "govuk-tag--green" : "govuk-tag--red"}`;
  mark.textContent = holds ? "Holds" : "Does not hold";
  made.append(mark, " ", text);
  results.append(made);
}
