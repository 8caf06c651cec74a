/**
 * The workspace as a program of its own: it hands out the public view, the readers of each circle and what is sealed as it
 * lies in the case, and takes filings that are signed. It holds no identity, no draft, no session and no cookie: who opens
 * what is decided by age in the reader's browser, who files what by the signature of the filing.
 */
import { type Context, Hono } from "hono";
import { openCaseFolder } from "../../app/docket/case-folder.js";
import { Docket } from "../../app/docket/docket.js";
import { enterFiling, judgeFiling } from "../../app/docket/file.js";
import { readersOfCase, sealsOf } from "../../app/docket/seals.js";
import { AssayError } from "../../base/error.js";
import { readObjects } from "../../host/log/object-store.js";
import { FILING_BYTES_MAX } from "../../office/docket/entry/filing.js";
import { brokenOff } from "../aborted.js";
import { ownHostsOnly } from "../own-hosts.js";
import { addAssets } from "../register/assets.js";
import { bounded, crossSite, headers } from "../register/safety.js";
import type { Served } from "../static-server.js";
import { addCaseFiles, closing, type DocketSiteOptions, listening } from "./docket-server.js";
import { missingPage } from "./layout.js";
import { VERIFY_CASE_POLICY, verifyCasePage } from "./verify-page.js";
import { WORKSPACE_PAGES, WORKSPACE_POLICY, workspaceCases, workspacePage } from "./workspace-page.js";

/** On the first page, the latest first. */
const CASES_MAX = 500;
/** Filings in memory at a time; each may be as long as one sealed part. */
const FILINGS_MAX = 4;

/** @returns once it listens, told under the name localhost: passkeys are bound to a name */
export async function serveWorkspace({ where, port, hosts = [], databaseUrl }: DocketSiteOptions): Promise<Served> {
  const docket = await Docket.open(where, databaseUrl);
  return closing(await listening(workspaceSite(docket, hosts), port, "localhost"), docket);
}

/** All routes of the workspace: what it answers is public or sealed. */
export function workspaceSite(docket: Docket, hosts: readonly string[] = []): Hono {
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
  const own = { ...headers(), "content-security-policy": WORKSPACE_POLICY };
  const none = (c: Context) => c.html(missingPage("There is no such case or page."), 404, headers());
  app.get("/", async (c) => {
    const { cases } = await docket.search({ by: "latest", limit: CASES_MAX });
    return c.html(workspaceCases(cases), 200, own);
  });
  app.get("/verify", (c) =>
    c.html(verifyCasePage(), 200, { ...headers(), "content-security-policy": VERIFY_CASE_POLICY }),
  );
  const shell = async (c: Context) => {
    const shown = await docket.view(c.req.param("id")!, "PUBLIC");
    return shown ? c.html(workspacePage(shown.case, shown.title), 200, own) : none(c);
  };
  app.get("/cases/:id", shell);
  app.get(`/cases/:id/:page{${WORKSPACE_PAGES.join("|")}}`, shell);
  app.get("/cases/:id/entries/:n{[0-9]+}", shell);
  addCaseFiles(app, docket);
  addSealed(app, docket, none);
  addFiling(app, docket, none);
  app.notFound(none);
  return app;
}

function addSealed(app: Hono, docket: Docket, none: (c: Context) => Response | Promise<Response>): void {
  const seals = async (id: string) => {
    const whole = await docket.whole(id);
    return whole ? sealsOf(whole, readObjects(docket.folderOf(id)!)) : [];
  };
  app.get("/cases/:id/workspace.json", async (c) => {
    const view = await docket.view(c.req.param("id"), "PUBLIC");
    if (!view) return none(c);
    const readers = await readersOfCase(await openCaseFolder(docket.folderOf(view.case)!));
    const sealed = (await seals(view.case)).map(({ seq, seal }) => ({
      entry: seq,
      tier: seal.tier,
      contents: seal.contents,
      parts: seal.parts.map(({ digest }) => digest),
    }));
    return c.json({ type: "assay/docket-workspace/v2", case: view.case, view, readers, sealed }, 200, headers());
  });
  app.get("/cases/:id/sealed/:digest{[0-9a-f]{64}}", async (c) => {
    const id = c.req.param("id");
    const digest = `sha256:${c.req.param("digest")}`;
    const named = (await seals(id)).some(({ seal }) => seal.parts.some((part) => part.digest === digest));
    const bytes = named ? await readObjects(docket.folderOf(id)!)(digest) : null;
    if (!bytes) return none(c);
    return c.body(new Uint8Array(bytes), 200, { ...headers(), "content-type": "application/octet-stream" });
  });
}

function addFiling(app: Hono, docket: Docket, none: (c: Context) => Response | Promise<Response>): void {
  let waiting = 0;
  /** One after the other: a case has one writer. */
  let last: Promise<unknown> = Promise.resolve();
  const taken = async (c: Context, answer: (folder: string, bytes: Uint8Array) => Promise<Response>) => {
    const refused = (says: string, status: 400 | 403 | 413 | 415 | 503) =>
      c.json({ admitted: false, against: says, says }, status, headers());
    if (crossSite(c)) return refused("it comes from another site", 403);
    // No form of another site can send this type without asking first (CWE-352).
    if (c.req.header("content-type") !== "application/zip") return refused("expected application/zip", 415);
    if (waiting >= FILINGS_MAX) return refused("others are filing: try again", 503);
    waiting++;
    try {
      const folder = docket.folderOf(c.req.param("id")!);
      if (folder === null) return await none(c);
      const bytes = await bounded(c.req.raw.body, FILING_BYTES_MAX);
      if (bytes === null)
        return refused(`expected at most ${FILING_BYTES_MAX} bytes: file it by the command line`, 413);
      const turn = last.then(() => answer(folder, bytes));
      last = turn.catch(() => undefined);
      return await turn;
    } catch (error) {
      if (error instanceof AssayError) return refused(error.message, 400);
      throw error;
    } finally {
      waiting--;
    }
  };
  app.post("/cases/:id/check", (c) =>
    taken(c, async (folder, bytes) => {
      const key = c.req.query("key") ?? "";
      if (!/^[0-9a-f]{64}$/.test(key))
        throw new AssayError("USAGE", "filing: expected the id of the key that is to sign");
      const against = await judgeFiling(folder, bytes, key);
      return c.json({ type: "assay/docket-judgement/v1", against }, 200, headers());
    }),
  );
  app.post("/cases/:id/entries", (c) =>
    taken(c, async (folder, bytes) => {
      const entered = await enterFiling(folder, bytes);
      if (!entered.admitted) {
        const { reason, says } = entered;
        return c.json({ type: "assay/docket-entered/v1", admitted: false, reason, says }, 409, headers());
      }
      const { seq: entry, statement } = entered.record;
      docket.changed(c.req.param("id")!);
      return c.json({ type: "assay/docket-entered/v1", admitted: true, entry, statement }, 201, headers());
    }),
  );
}
