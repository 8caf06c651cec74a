/** Gives the pages of a draft life: an answer is kept when its page is left, and nothing is sent before it is signed. */
import { sha256Digest } from "../../../../../base/digest.js";
import { toBeSigned } from "../../../../../evidence/signed-statement.js";
import { ENTRY_KINDS, type EntryKind, ROLES, type Role, type Tier } from "../../../../../office/docket/pack/names.js";
import type { Field } from "../../../../docket/forms/field.js";
import { fieldsOf } from "../../../../docket/forms/form.js";
import { here, workspace } from "../held.js";
import { keysOf, signWithPasskey } from "../keys.js";
import { filingAddress } from "../pages.js";
import { byId, draw, go, isShown, type Showing, told } from "../screen.js";
import { chosen, type Draft, draftOf, forget, given, keep } from "./draft.js";
import { enter, type Made, makeFiling, signedFiling } from "./make.js";
import { CheckPage, Filed, type Step, StepPage, stepsOf } from "./pages.js";

/** @param query `role`, `kind`, `step` @returns false where there is no such page */
export async function showFiling(showing: Showing, query: URLSearchParams): Promise<boolean> {
  const [role, kind] = [query.get("role") as Role, query.get("kind") as EntryKind];
  if (!ROLES.includes(role) || !ENTRY_KINDS.includes(kind)) return false;
  const { view } = await workspace();
  const draft = draftOf(role, kind);
  const steps = stepsOf(draft, fieldsOf(kind, view, draft.facts));
  const at = Math.min(Math.max(0, Number(query.get("step")) || 0), steps.length);
  if (at === steps.length) return showCheck(showing, draft, steps);
  if (!draw(showing, StepPage({ draft, steps, at }))) return true;
  byId("step").addEventListener("submit", async (event) => {
    event.preventDefault();
    await take(draft, steps[at]!);
    keep(draft);
    go(filingAddress(role, kind, at + 1));
  });
  byId("forget").addEventListener("click", () => {
    forget(role, kind);
    go(`/cases/${here}`);
  });
  return true;
}

/** Files that a field of the page holds, read. */
async function filesIn(id: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = [...(document.querySelector<HTMLInputElement>(`#${id}`)?.files ?? [])];
  return Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

async function take(draft: Draft, step: Step): Promise<void> {
  const picked = [...document.querySelectorAll<HTMLInputElement>('input[name="answer"]:checked')].map(
    (each) => each.value,
  );
  if (step.id === "circle") draft.tier = (picked[0] ?? draft.tier) as Tier;
  else if (step.id === "text") draft.text = byId<HTMLTextAreaElement>("answer").value;
  else if (step.id === "files") {
    const files = await filesIn("answer");
    for (const { name, bytes } of files) chosen.set(name, bytes);
    // What was named and is still wanted stands; the same name is the newer file.
    if (files.length > 0) draft.files = [...new Set([...keptOf(draft), ...files.map(({ name }) => name)])];
    else draft.files = keptOf(draft);
  } else await takeFact(draft, step.field);
}

/** Files of the draft that were not taken out on the page. */
function keptOf(draft: Draft): string[] {
  const out = new Set(
    [...document.querySelectorAll<HTMLInputElement>('input[name="out"]:checked')].map((each) => each.value),
  );
  return draft.files.filter((name) => !out.has(name));
}

async function takeFact(draft: Draft, { path, input, attached }: Field): Promise<void> {
  const picked = [...document.querySelectorAll<HTMLInputElement>('input[name="answer"]:checked')].map(
    (each) => each.value,
  );
  if (input === "choice" || input === "more" || input === "choices") draft.facts[path] = picked.join("\n");
  else if (input === "file") {
    const [file] = await filesIn("answer");
    if (!file) return;
    given.set(path, file);
    draft.facts[path] = file.name;
  } else {
    draft.facts[path] = byId<HTMLInputElement>("answer").value;
    const [file] = input === "digest" ? await filesIn("answer-file") : [];
    if (!file) return;
    draft.facts[path] = sha256Digest(file.bytes);
    if (!attached) return;
    chosen.set(file.name, file.bytes);
    if (!draft.files.includes(file.name)) draft.files.push(file.name);
  }
}

async function showCheck(showing: Showing, draft: Draft, steps: readonly Step[]): Promise<boolean> {
  const made = await attempt(draft);
  const { view } = await workspace();
  const keys = keysOf(view, draft.role);
  const byPasskey = keys.some(({ terms }) => terms?.origins.includes(location.origin));
  if (!draw(showing, CheckPage({ draft, steps, made, byPasskey }))) return true;
  const { ready } = made;
  if (ready === null) return true;
  byId<HTMLAnchorElement>("unsigned").href = URL.createObjectURL(
    new Blob([new Uint8Array(ready.unsigned)], { type: "application/zip" }),
  );
  const file = async (signed: () => Promise<Uint8Array>) => {
    try {
      told("Filing.");
      const entry = await enter(await signed());
      forget(draft.role, draft.kind);
      await workspace(true);
      draw(showing, Filed({ draft, entry, id: here }));
    } catch (error) {
      if (isShown(showing)) told((error as Error).message);
    }
  };
  document
    .getElementById("sign")
    ?.addEventListener("click", () =>
      file(async () => signedFiling(ready, await signWithPasskey(keys, toBeSigned(ready.statement)))),
    );
  byId("signed").addEventListener("submit", (event) => {
    event.preventDefault();
    const signed = byId<HTMLInputElement>("answer").files?.[0];
    if (!signed) return told("Choose the signed filing.");
    void file(async () => new Uint8Array(await signed.arrayBuffer()));
  });
  return true;
}

/** What cannot even be written down stands against it in its own words. */
async function attempt(draft: Draft): Promise<Made> {
  try {
    return await makeFiling(draft);
  } catch (error) {
    return { against: [(error as Error).message], readers: [], facts: null, ready: null };
  }
}
