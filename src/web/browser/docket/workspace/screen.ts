/** The page's one place for content, its addresses, and what it tells. Content is escaped by the renderer. */

/** An element that the page in view has. */
export const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/** One showing of one address, from the moment it was asked for. */
export type Showing = symbol;
let latest: Showing = Symbol();

/** Another page is asked for: whatever is still being made for the one before is drawn no more. */
export function begun(): Showing {
  latest = Symbol();
  return latest;
}

/** Whether its reader is still on this page. */
export const isShown = (showing: Showing): boolean => showing === latest;

/**
 * Shows a body and puts the reader at its beginning, unless the reader went on while it was made.
 * @returns whether it was drawn
 */
export function draw(showing: Showing, body: unknown): boolean {
  if (!isShown(showing)) return false;
  const main = byId("main-content");
  main.innerHTML = String(body);
  const heading = main.querySelector("h1");
  if (heading) {
    document.title = `${heading.textContent} – Workspace`;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  window.scrollTo(0, 0);
  return true;
}

/** What came of an act, for eye and ear. */
export function told(text: string): void {
  byId("told").textContent = text;
}

/** To another page of this workspace, without leaving this one: what is open stays open. */
export function go(address: string): void {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}
