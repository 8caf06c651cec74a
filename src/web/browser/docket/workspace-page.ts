/**
 * A party's workspace in the reader's own browser: the pages of the public docket over another projection. What is sealed is
 * fetched as it lies in the case and opened here with the reader's identity, which stays in this page. Drafts lie in this
 * browser alone. What is sent is what was signed, and before that what is to be signed, sealed, so that it can be checked.
 */
import type { Role } from "../../../office/docket/pack/names.js";
import { CASE_PAGES, ENTRY_PAGE } from "../../docket/case-pages.js";
import { showFiling } from "./workspace/filing/start.js";
import { here, myRole, opened, setRole, shownToMe, workspace } from "./workspace/held.js";
import {
  forgetIdentity,
  isKept,
  keepIdentity,
  keptIdentity,
  makePasskey,
  namedHere,
  newIdentity,
  recipientOf,
} from "./workspace/keys.js";
import { faults, identitiesIn, linkOpened, lock, myIdentity, openAll } from "./workspace/opening.js";
import { Keys, Now, Search } from "./workspace/pages.js";
import { begun, byId, draw, go, isShown, type Showing } from "./workspace/screen.js";

async function show(): Promise<void> {
  const showing = begun();
  const [, , , name = "", rest = ""] = location.pathname.split("/");
  const query = new URLSearchParams(location.search);
  for (const tab of document.querySelectorAll<HTMLAnchorElement>(".app-tabs a"))
    if (tab.pathname === location.pathname) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  try {
    if (name === "") await showNow(showing, true);
    else if (name === "keys") await showKeys(showing);
    // What is searched for in what was opened stands behind a #, which no browser sends.
    else if (name === "search") await showSearch(showing, new URLSearchParams(location.hash.slice(1)));
    else if (name === "file") (await showFiling(showing, query)) || (await showNow(showing));
    else await showCase(showing, name, rest, query);
  } catch (error) {
    if (draw(showing, "<h1 class='govuk-heading-l'>This cannot be shown</h1><p class='govuk-body' id='told'></p>"))
      byId("told").textContent = (error as Error).message;
  }
}

async function showCase(showing: Showing, name: string, rest: string, query: URLSearchParams): Promise<void> {
  const shown = await shownToMe();
  const pages =
    name === "print"
      ? CASE_PAGES
      : [name === "entries" ? ENTRY_PAGE : CASE_PAGES.find(({ path }) => path === (name === "overview" ? "" : name))!];
  const bodies = pages.map((page) => {
    const record = page.record(shown, Object.fromEntries(query), rest);
    return record === null
      ? "<h1 class='govuk-heading-l'>There is no such entry</h1>"
      : String(page.body(record, shown));
  });
  const whole = bodies.map((body) => (name === "print" ? `<div class="app-whole">${body}</div>` : body));
  if (draw(showing, whole.join(""))) linkOpened(byId("main-content"));
}

/** @param fresh asks the server how the case stands now: others file meanwhile */
async function showNow(showing: Showing, fresh = false): Promise<void> {
  const { sealed } = await workspace(fresh);
  const now = { shown: await shownToMe(), role: myRole(), opened: opened.size, of: sealed.length, kept: isKept() };
  if (!draw(showing, Now(now))) return;
  byId<HTMLSelectElement>("role").addEventListener("change", (event) => {
    setRole((event.target as HTMLSelectElement).value as Role);
    void showNow(showing).then(() => isShown(showing) && byId("role").focus());
  });
  const open = async (from: () => Promise<string[]>) => {
    const state = byId("state");
    state.textContent = "Opening.";
    try {
      const identities = await from();
      if (identities.length === 0) {
        state.textContent = "Choose an age identity file, as assay case identity writes it.";
        return;
      }
      const count = await openAll(identities);
      if (!isShown(showing)) return;
      const against = [...faults].map(([entry, says]) => ` Entry ${entry}: ${says}.`).join("");
      await showNow(showing);
      if (isShown(showing))
        byId("state").textContent = `${count} of ${sealed.length} sealed entries opened with this identity.${against}`;
    } catch (error) {
      state.textContent = (error as Error).message;
    }
  };
  byId("open").addEventListener("submit", (event) => {
    event.preventDefault();
    const file = byId<HTMLInputElement>("identity").files?.[0];
    void open(async () => identitiesIn((await file?.text()) ?? ""));
  });
  document
    .getElementById("unlock")
    ?.addEventListener("click", () => open(async () => identitiesIn(await keptIdentity())));
  document.getElementById("lock")?.addEventListener("click", () => {
    lock();
    void showNow(showing);
  });
}

async function showKeys(showing: Showing): Promise<void> {
  const { readers } = await workspace();
  const identity = myIdentity();
  const recipient = identity === undefined ? null : await recipientOf(identity);
  if (!draw(showing, Keys({ role: myRole(), recipient, kept: isKept(), named: namedHere(), circle: readers }))) return;
  byId("passkey").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = byId("made");
    said.textContent = "Your device asks you.";
    try {
      const role = byId<HTMLSelectElement>("as").value as Role;
      const party = byId<HTMLInputElement>("party").value.trim();
      const name = byId<HTMLInputElement>("holder").value.trim();
      if (party === "" || name === "") throw new Error("Say which party it belongs to and who holds it.");
      const enrolment = await makePasskey({ party, name, roles: [role] });
      setRole(role);
      said.textContent = "Made. Hand its enrolment to the registrar, who enters it with assay case enrol.";
      byId("enrolment").replaceChildren(download("enrolment.json", enrolment));
    } catch (error) {
      said.textContent = (error as Error).message;
    }
  });
  byId("new-identity").addEventListener("click", async () => {
    const made = await newIdentity(!readers.some((each) => !each.recipient.startsWith("age1pq1")));
    await openAll([made]);
    await showKeys(showing);
    if (isShown(showing)) byId("saved-identity").replaceChildren(download("identity.age", `${made}\n`));
  });
  document.getElementById("keep")?.addEventListener("click", async () => {
    try {
      await keepIdentity(identity!);
      await showKeys(showing);
    } catch (error) {
      byId("recipient").textContent = `It is not kept: ${(error as Error).message}`;
    }
  });
  document.getElementById("forget-identity")?.addEventListener("click", () => {
    forgetIdentity();
    void showKeys(showing);
  });
}

async function showSearch(showing: Showing, query: URLSearchParams): Promise<void> {
  draw(showing, Search({ shown: await shownToMe(), asked: query.get("q") ?? "" }));
}

function download(name: string, text: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  link.textContent = `Save ${name}`;
  return link;
}

/** Pages of this workspace; what else lies beside a case is fetched as a file. */
const OWN = /^(overview|timeline|deadlines|exhibits|findings|orders|decision|search|keys|file|print|entries\/[0-9]+)?$/;

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  const below = link?.origin === location.origin ? /^\/cases\/[^/]+\/?(.*)$/.exec(link.pathname)?.[1] : undefined;
  if (!link || link.download || below === undefined || !OWN.test(below) || event.ctrlKey || event.metaKey) return;
  if (!link.pathname.startsWith(`/cases/${here}`)) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
// Filters and searches are forms that ask for a page: they are answered here.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.classList.contains("app-search")) return;
  event.preventDefault();
  const asked = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  go(form.id === "search" ? `/cases/${here}/search#${asked}` : `${new URL(form.action).pathname}?${asked}`);
});
addEventListener("popstate", () => void show());
await show();
