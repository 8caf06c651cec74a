/**
 * A party's workspace in the reader's own browser: what is sealed is fetched as it lies in the case and opened here with the
 * reader's age identity, which stays in this page. Drafts lie in this browser alone. Nothing that was opened or written is
 * sent anywhere; filing is by the command line.
 */
import { Decrypter } from "age-encryption";
import { concatBytes } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { decodeContents } from "../../../office/docket/seal/contents.js";

interface Sealed {
  entry: number;
  title: string;
  tier: string;
  by: string;
  contents: string;
  parts: string[];
}
interface Workspace {
  case: string;
  next: { role: string; kind: string; title: string; due: string | null; why: string; missing: string[] }[];
  sealed: Sealed[];
}

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const here = document.body.dataset.case!;
const opened = byId<HTMLUListElement>("opened");
const state = byId<HTMLParagraphElement>("state");
const role = byId<HTMLSelectElement>("role");
const acts = byId<HTMLUListElement>("acts");
const act = byId<HTMLSelectElement>("act");
const draft = byId<HTMLTextAreaElement>("draft");
const circle = byId<HTMLSelectElement>("circle");
const command = byId<HTMLElement>("command");
const saved = byId<HTMLParagraphElement>("saved");
const workspace: Workspace = await (await fetch(`/cases/${here}/workspace.json`)).json();

role.addEventListener("change", showActs);

function showActs(): void {
  const mine = workspace.next.filter((step) => step.role === role.value);
  acts.replaceChildren(
    ...mine.map(({ title, due, why, missing }) => {
      const against = missing.length > 0 ? ` Not yet: ${missing.join("; ")}.` : "";
      return line(`${title}${due === null ? "" : `, by ${due}`}. ${why[0]?.toUpperCase()}${why.slice(1)}.${against}`);
    }),
  );
  if (mine.length === 0) acts.append(line("Nothing, as the case stands."));
  const kinds = new Map(mine.filter(({ missing }) => missing.length === 0).map(({ kind, title }) => [kind, title]));
  act.replaceChildren(
    ...[...kinds].map(([kind, title]) => {
      const option = document.createElement("option");
      option.value = kind;
      option.textContent = title;
      return option;
    }),
  );
  readDraft();
}

byId<HTMLFormElement>("open").addEventListener("submit", async (event) => {
  event.preventDefault();
  opened.replaceChildren();
  const file = byId<HTMLInputElement>("identity").files?.[0];
  const lines = ((await file?.text()) ?? "").split(/\r?\n/).map((each) => each.trim());
  const identities = lines.filter((each) => /^AGE-SECRET-KEY-[A-Z0-9-]+$/.test(each)).slice(0, 16);
  if (identities.length === 0) {
    state.textContent = "Choose an age identity file, as assay case identity writes it.";
    return;
  }
  state.textContent = "Opening.";
  let count = 0;
  for (const each of workspace.sealed) if (await openOne(each, identities)) count++;
  state.textContent = `${count} of ${workspace.sealed.length} sealed entries opened with this identity.`;
});

async function openOne({ entry, title, tier, by, contents, parts }: Sealed, identities: string[]): Promise<boolean> {
  const item = line(`Entry ${entry}, ${title}, by ${by} (${tier}): `);
  opened.append(item);
  try {
    const plain: Uint8Array[] = [];
    for (const digest of parts) {
      const answer = await fetch(`/cases/${here}/sealed/${digest.slice(7)}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (!answer.ok || sha256Digest(bytes) !== digest)
        throw new Error("the server did not hand over what the case names");
      const decrypter = new Decrypter();
      for (const identity of identities) decrypter.addIdentity(identity);
      plain.push(await decrypter.decrypt(bytes));
    }
    const { title: within, text, files } = decodeContents(concatBytes(plain), contents);
    if (within !== null) item.append(strong(within));
    if (text !== null) item.append(paragraph(text));
    for (const { name, bytes } of files) {
      const link = document.createElement("a");
      link.className = "govuk-link";
      link.download = name.replace(/[^A-Za-z0-9._ -]/g, "_");
      link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/octet-stream" }));
      link.textContent = `${name} (${bytes.length} bytes)`;
      item.append(" ", link);
    }
    return true;
  } catch (error) {
    const { message } = error as Error;
    item.append(/no identity matched/i.test(message) ? "sealed to others." : message);
    return false;
  }
}

function key(): string {
  return `assay-draft ${here} ${role.value} ${act.value}`;
}

function readDraft(): void {
  draft.value = localStorage.getItem(key()) ?? "";
  showCommand();
}

function showCommand(): void {
  const sealed = circle.value === "PUBLIC" ? "" : ` --tier ${circle.value}`;
  command.textContent = act.value
    ? `assay case enter ./${here} ${act.value} --role ${role.value} --text draft.txt${sealed} --private-key ${role.value}-key.pem`
    : "";
  const size = new TextEncoder().encode(draft.value);
  saved.textContent = `${draft.value.length} of 20000 characters; digest of the text ${sha256Digest(size)}.`;
}

act.addEventListener("change", readDraft);
circle.addEventListener("change", showCommand);
draft.addEventListener("input", showCommand);
byId<HTMLFormElement>("write").addEventListener("submit", (event) => {
  event.preventDefault();
  localStorage.setItem(key(), draft.value);
  showCommand();
  saved.textContent = `Saved in this browser. ${saved.textContent}`;
});
byId<HTMLButtonElement>("forget").addEventListener("click", () => {
  localStorage.removeItem(key());
  readDraft();
});

showActs();

function line(text: string): HTMLLIElement {
  const made = document.createElement("li");
  made.textContent = text;
  return made;
}

function strong(text: string): HTMLElement {
  const made = document.createElement("strong");
  made.textContent = text;
  return made;
}

function paragraph(text: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "govuk-body";
  made.textContent = text;
  return made;
}
