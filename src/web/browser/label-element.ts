/**
 * `<assay-label register model policy>`: an origin label for any page. It fetches receipts from the register, verifies
 * them in the reader's browser under the embedder's own policy, and shows no label when anything does not hold.
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
      (label) => this.show(root, register, label),
      (error: Error) => {
        this.dataset.state = "closed";
        say(root, "No label: the log could not be checked.", error.message);
      },
    );
  }

  private async load(register: string, model: string): Promise<ShownLabel> {
    const policy = parsePolicy(utf8(this.getAttribute("policy") ?? ""));
    const response = await fetch(`${register}/label/${model}.json`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      credentials: "omit",
    });
    if (!response.ok) throw new Error(`the register answered ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return shownLabel(bytes, model, policy, Math.floor(Date.now() / 1000), AGE_SECONDS_MAX);
  }

  private show(root: ShadowRoot, register: string, label: ShownLabel): void {
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
      ...label.warnings.map((text) => element("p", text, "warn")),
      list,
      element(
        "p",
        `Checked in this browser against ${origin}, ${size} entries, ${witnessed}. A declaration is what its signer says.`,
        "quiet",
      ),
    );
    this.dataset.state = "shown";
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
