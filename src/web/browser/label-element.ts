/**
 * `<assay-label register model policy>`: an origin label for any page. It fetches receipts from the register, verifies
 * them in the reader's browser under the embedder's own policy, and shows no label when anything does not hold. Where the
 * log cannot be read, or its newest cosignature is old, what held last is shown as stale, with its day: evidence is kept in
 * the page's own storage and verified again. One line for any page, a chat's for one, is the script alone, with the model
 * and the policy in its address:
 *   <script type="module" src="…/assets/assay-label.js?model=sha256:…&policy=…"></script>
 */
import { utf8 } from "../../base/bytes.js";
import { type ShownLabel, shownLabel } from "../../office/register/label/label-evidence.js";
import { parsePolicy } from "../../tlog/policy.js";

const AGE_SECONDS_MAX = 7 * 86_400;
const TIMEOUT_MS = 15_000;
const STYLE = `:host{display:block;margin:0 0 20px;border:2px solid #0b0c0c;padding:10px 14px;font:15px/1.4 Arial,sans-serif;color:#0b0c0c;background:#fff;max-width:34em}
p{margin:0 0 6px}dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:2px 12px}dt{font-weight:700}dd{margin:0;overflow-wrap:anywhere}
.quiet{color:#484c50;font-size:13px}.warn{font-weight:700;color:#942514}a{color:#1a65a6}`;

class AssayLabel extends HTMLElement {
  connectedCallback(): void {
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    say(root, "Origin label: checking the log.");
    const register = (this.getAttribute("register") ?? "").replace(/\/+$/, "");
    const model = this.getAttribute("model") ?? "";
    this.load(register, model).then(
      ({ label, stale }) =>
        this.hasAttribute("line") ? this.line(root, register, label, stale) : this.show(root, register, label, stale),
      (error: Error) => {
        this.dataset.state = "closed";
        say(root, "No label: the log could not be checked.", error.message);
      },
    );
  }

  private async load(register: string, model: string): Promise<Checked> {
    const text = this.getAttribute("policy") ?? "";
    const policy = parsePolicy(utf8(text));
    const name = `assay-label ${register} ${model} ${text}`;
    const now = Math.floor(Date.now() / 1000);
    const answered = await answerOf(`${register}/label/${model}.json`);
    if (typeof answered !== "string") {
      try {
        const label = shownLabel(answered, model, policy, now, AGE_SECONDS_MAX);
        keep(name, { at: now, evidence: new TextDecoder().decode(answered) });
        return { label, stale: null };
      } catch (error) {
        // What holds but for the age of its newest cosignature is stale; what does not hold is no label.
        const label = shownLabel(answered, model, policy, now, Number.POSITIVE_INFINITY);
        if (policy.witnesses.length === 0) throw error;
        return { label, stale: `the log was last witnessed ${label.log.cosigned ?? "by nobody"}` };
      }
    }
    const held = kept(name);
    if (held === null) throw new Error(answered);
    const label = shownLabel(utf8(held.evidence), model, policy, held.at, AGE_SECONDS_MAX);
    return { label, stale: `as it was ${new Date(held.at * 1000).toISOString().slice(0, 10)}; the log cannot be read` };
  }

  /** All of it in one line of text. */
  private line(root: ShadowRoot, register: string, label: ShownLabel, stale: string | null): void {
    const link = element("a", label.name) as HTMLAnchorElement;
    link.href = `${register}/models/${label.model}`;
    link.target = "_top";
    const facts = label.facts.map(
      ({ title, says, steps }) => `${title}: ${says}${steps.length > 0 ? ` (${steps.join(", ")})` : ""}`,
    );
    const said = element("p", "Origin of ");
    said.append(link, `: ${facts.join("; ") || "nothing declared"}`);
    for (const text of label.warnings) said.append(" ", element("span", `${text}.`, "warn"));
    if (stale !== null) said.append(" ", element("span", `Stale: ${stale}.`, "warn"));
    root.replaceChildren(said);
    this.dataset.state = stale === null ? "shown" : "stale";
  }

  private show(root: ShadowRoot, register: string, label: ShownLabel, stale: string | null): void {
    const list = document.createElement("dl");
    for (const { title, says, steps } of label.facts) {
      const detail = element("dd", says);
      if (steps.length > 0) detail.append(" ", element("span", `(${steps.join(", ")})`, "quiet"));
      list.append(element("dt", title), detail);
    }
    const { origin, size, cosigners, cosigned } = label.log;
    const link = element("a", label.name) as HTMLAnchorElement;
    link.href = `${register}/models/${label.model}`;
    link.target = "_top";
    const head = element("p", "Origin of ");
    head.append(link);
    if (label.key) head.append(` as signed by key ${label.key.slice(0, 16)}…`);
    const witnessed =
      cosigners.length > 0 ? `witnessed by ${cosigners.join(", ")}${cosigned ? ` ${cosigned}` : ""}` : "not witnessed";
    root.replaceChildren(
      head,
      ...(stale === null ? [] : [element("p", `Stale: ${stale}.`, "warn")]),
      ...label.warnings.map((text) => element("p", text, "warn")),
      list,
      element(
        "p",
        `Checked in this browser against ${origin}, ${size} entries, ${witnessed}. A declaration is what its signer says.`,
        "quiet",
      ),
    );
    this.dataset.state = stale === null ? "shown" : "stale";
  }
}

interface Checked {
  label: ShownLabel;
  /** Why it may be out of date; null where it was checked now. */
  stale: string | null;
}

/** The body, or why there is none. A page that a server gives in the log's place is no answer of the log. */
async function answerOf(url: string): Promise<Uint8Array | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), credentials: "omit" });
    // The register itself says that it shows no label (409), or knows no such model (404): that is an answer.
    if (response.status === 404 || response.status === 409)
      throw new Refused(`the register answered ${response.status}`);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : `the register answered ${response.status}`;
  } catch (error) {
    if (error instanceof Refused) throw error;
    return (error as Error).message;
  }
}

class Refused extends Error {}

interface Kept {
  at: number;
  evidence: string;
}

/** Storage may be switched off or full: then there is nothing to fall back on. */
function keep(name: string, held: Kept): void {
  try {
    localStorage.setItem(name, JSON.stringify(held));
  } catch {}
}

function kept(name: string): Kept | null {
  try {
    const held = JSON.parse(localStorage.getItem(name) ?? "null");
    return typeof held?.at === "number" && typeof held.evidence === "string" ? held : null;
  } catch {
    return null;
  }
}

/** Text only: nothing of what was fetched is read as markup. */
function element(tag: string, text: string, className = ""): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function say(root: ShadowRoot, text: string, detail = ""): void {
  root.replaceChildren(element("p", text), ...(detail ? [element("p", detail, "quiet")] : []));
}

customElements.define("assay-label", AssayLabel);

// The one line: the script's own address says what to show, and it is shown where the script stands.
const own = new URL(import.meta.url);
const asked = own.searchParams.get("model");
if (asked !== null)
  for (const script of document.querySelectorAll("script"))
    if (script.src === own.href) {
      const label = document.createElement("assay-label");
      label.setAttribute("line", "");
      label.setAttribute("register", own.searchParams.get("register") ?? own.origin);
      label.setAttribute("model", asked);
      label.setAttribute("policy", own.searchParams.get("policy") ?? "");
      script.after(label);
    }
