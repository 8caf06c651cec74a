/**
 * The workspace as a program of its own: it hands out what is sealed as it lies in the case, and the steps of each role. It
 * holds no identity, no draft and no session; who opens what is decided by age alone, in the reader's browser.
 */
import { type Context, Hono } from "hono";
import { Docket } from "../../app/docket/docket.js";
import { sealsOf } from "../../app/docket/seals.js";
import { AssayError } from "../../base/error.js";
import { readObjects } from "../../host/log/object-store.js";
import { KIND_WORDS } from "../../office/docket/view/kind-words.js";
import { brokenOff } from "../aborted.js";
import { ownHostsOnly } from "../own-hosts.js";
import { addAssets } from "../register/assets.js";
import { headers } from "../register/safety.js";
import type { Served } from "../static-server.js";
import { type DocketSiteOptions, listening } from "./docket-server.js";
import { missingPage } from "./layout.js";
import { WORKSPACE_POLICY, workspaceCases, workspacePage } from "./workspace-page.js";

/** Takes sealed acts and hands out sealed parts; it can open none of them. */
export async function serveWorkspace({ where, port, hosts = [] }: DocketSiteOptions): Promise<Served> {
  const docket = await Docket.open(where);
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof AssayError)
      return c.html(missingPage(`This cannot be shown: ${error.message}`), 503, headers());
    if (brokenOff(error, "workspace")) return c.text("broken off\n", 400, headers());
    process.stderr.write(`workspace: ${error.name} at ${c.req.routePath}\n`);
    return c.html(missingPage("An error of this program."), 500, headers());
  });
  app.use(ownHostsOnly(headers(), hosts));
  addAssets(app);
  app.get("/", async (c) =>
    c.html(workspaceCases(await docket.summaries()), 200, {
      ...headers(),
      "content-security-policy": WORKSPACE_POLICY,
    }),
  );
  const none = (c: Context) => c.html(missingPage("There is no such case."), 404, headers());
  app.get("/cases/:id", async (c) => {
    const shown = await docket.view(c.req.param("id"), "PUBLIC");
    if (!shown) return none(c);
    return c.html(workspacePage(shown.case, shown.title), 200, {
      ...headers(),
      "content-security-policy": WORKSPACE_POLICY,
    });
  });
  const seals = async (id: string) => {
    const whole = await docket.whole(id);
    return whole ? sealsOf(whole, readObjects(docket.folderOf(id)!)) : [];
  };
  app.get("/cases/:id/workspace.json", async (c) => {
    const shown = await docket.view(c.req.param("id"), "PUBLIC");
    if (!shown) return none(c);
    const sealed = (await seals(shown.case)).map(({ seq, seal }) => {
      const { title, tier, party, role } = shown.entries[seq]!;
      const parts = seal.parts.map(({ digest }) => digest);
      return { entry: seq, title, tier, by: party ?? role, contents: seal.contents, parts };
    });
    const next = shown.next.map(({ role, kind, due, why, missing }) => ({
      ...{ role, kind, due, why, missing },
      title: KIND_WORDS[kind],
    }));
    return c.json({ type: "assay/docket-workspace/v1", case: shown.case, next, sealed }, 200, headers());
  });
  app.get("/cases/:id/sealed/:digest{[0-9a-f]{64}}", async (c) => {
    const id = c.req.param("id");
    const digest = `sha256:${c.req.param("digest")}`;
    const named = (await seals(id)).some(({ seal }) => seal.parts.some((part) => part.digest === digest));
    const bytes = named ? await readObjects(docket.folderOf(id)!)(digest) : null;
    if (!bytes) return none(c);
    return c.body(new Uint8Array(bytes), 200, { ...headers(), "content-type": "application/octet-stream" });
  });
  app.notFound((c) => c.html(missingPage("There is no such page."), 404, headers()));
  return listening(app, port);
}
