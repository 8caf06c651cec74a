/** Gives the pages of a draft life: an answer is kept when its page is left, and nothing is sent before it is signed. */
import { toBeSigned } from "../../../../../evidence/signed-statement.js";
import { ENTRY_KINDS, type EntryKind, ROLES, type Role, type Tier } from "../../../../../office/docket/pack/names.js";
import { here, workspace } from "../held.js";
import { keysOf, signWithPasskey } from "../keys.js";
import { filingAddress } from "../pages.js";
import { byId, draw, go, isShown, type Showing, told } from "../screen.js";
import { chosen, type Draft, draftOf, forget, keep } from "./draft.js";
import { fieldsOf } from "./fields.js";
import { enter, type Made, makeFiling, signedFiling } from "./make.js";
import { CheckPage, Filed, type Step, StepPage, stepsOf } from "./pages.js";

/** @param query `role`, `kind`, `step` @returns false where there is no such page */
export async function showFiling(showing: Showing, query: URLSearchParams): Promise<boolean> {
  const [role, kind] = [query.get("role") as Role, query.get("kind") as EntryKind];
  if (!ROLES.includes(role) || !ENTRY_KINDS.includes(kind)) return false;
  const { view } = await workspace();
  const draft = draftOf(role, kind);
  const steps = stepsOf(draft, fieldsOf(kind, view));
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

async function take(draft: Draft, step: Step): Promise<void> {
  const picked = document.querySelector<HTMLInputElement>('input[name="answer"]:checked')?.value;
  if (step.id === "circle") draft.tier = (picked ?? draft.tier) as Tier;
  else if (step.id === "text") draft.text = byId<HTMLTextAreaElement>("answer").value;
  else if (step.id === "files") {
    const files = [...(byId<HTMLInputElement>("answer").files ?? [])];
    if (files.length === 0) return;
    for (const file of files) chosen.set(file.name, new Uint8Array(await file.arrayBuffer()));
    draft.files = files.map(({ name }) => name);
  } else {
    const { name, input } = step.field;
    draft.facts[name] = input === "choice" ? (picked ?? "") : byId<HTMLInputElement>("answer").value;
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
    return { against: [(error as Error).message], readers: [], ready: null };
  }
}
