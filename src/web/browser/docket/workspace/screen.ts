/** The page's one place for content, its addresses, and what it tells. Content is escaped by the renderer. */

/** An element that the page in view has. */
export const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/** Shows a body and puts the reader at its beginning. */
export function draw(body: unknown): void {
  const main = byId("main-content");
  main.innerHTML = String(body);
  const heading = main.querySelector("h1");
  if (heading) {
    document.title = `${heading.textContent} – Workspace`;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  window.scrollTo(0, 0);
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
