/**
 * The docket as a site: pages without script, each with a twin in JSON, feeds and calendars, the case as one file. Every
 * answer is made from the public view of a case; the server has no other.
 */

import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bundleOfCase } from "../../app/docket/case-bundle.js";
import { Docket } from "../../app/docket/docket.js";
import { AssayError } from "../../base/error.js";
import { zip } from "../../evidence/zip.js";
import { readObjects } from "../../host/log/object-store.js";
import { unixSeconds } from "../../host/moment.js";
import { momentText } from "../../office/docket/time/day.js";
import type { CaseView } from "../../office/docket/view/case-view.js";
import { brokenOff } from "../aborted.js";
import { ownHostsOnly } from "../own-hosts.js";
import { addAssets } from "../register/assets.js";
import { headers } from "../register/safety.js";
import type { Served } from "../static-server.js";
import type { CasePage } from "./case/case-page.js";
import { CASE_PAGES, ENTRY_PAGE } from "./case-pages.js";
import { ABOUT, aboutPage, casesPage, casesRecord, deadlinesPage, deadlinesRecord } from "./docket-pages.js";
import { atomOf, calendarOf, timesOf } from "./feeds.js";
import { missingPage, page } from "./layout.js";
import { VERIFY_CASE_POLICY, verifyCasePage } from "./verify-page.js";

export interface DocketSiteOptions {
  /** A folder of cases, or one case. */
  where: string;
  port: number;
  /** Names under which it may be asked for besides this machine's own, such as a proxy in front passes on. */
  hosts?: readonly string[];
  /** PostgreSQL for the index across cases, in place of a file beside them. */
  databaseUrl?: string | undefined;
}

/** Feeds and calendars across cases look at so many, the latest or the earliest first. */
const CASES_IN_FEED = 50;

/**
 * @param options `hosts` are names besides this machine's own under which it may be asked for @returns once it listens;
 * a folder that cannot be read gives 503 and shows nothing
 */
export async function serveDocket({ where, port, hosts = [], databaseUrl }: DocketSiteOptions): Promise<Served> {
  const docket = await Docket.open(where, databaseUrl);
  return closing(await listening(docketSite(docket, hosts), port), docket);
}

/** The docket's index is closed with the server. */
export function closing({ url, close }: Served, docket: Docket): Served {
  return { url, close: () => close().then(() => docket.close()) };
}

/** All routes of the public site: none of them is handed another view than the public one. */
export function docketSite(docket: Docket, hosts: readonly string[] = []): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof AssayError) return c.html(closed(error.message), 503, headers());
    if (brokenOff(error, "docket")) return c.text("broken off\n", 400, headers());
    process.stderr.write(`docket: ${error.name} at ${c.req.routePath}\n`);
    return c.html(closed("an error of this program"), 500, headers());
  });
  app.use(ownHostsOnly(headers(), hosts));
  addAssets(app);
  addDocketPages(app, docket);
  addCasePages(app, docket);
  app.get("/verify", (c) =>
    c.html(verifyCasePage(), 200, { ...headers(), "content-security-policy": VERIFY_CASE_POLICY }),
  );
  app.notFound((c) => c.html(missingPage("There is no such page."), 404, headers()));
  return app;
}

function closed(says: string): string {
  return missingPage(`This cannot be shown: ${says}`);
}

function addDocketPages(app: Hono, docket: Docket): void {
  const cases = (c: Context) => casesRecord(docket, c.req.query());
  app.get("/", async (c) => c.html(casesPage(await cases(c)), 200, headers()));
  app.get("/index.json", async (c) => c.json(await cases(c), 200, headers()));
  const times = (c: Context) => deadlinesRecord(docket, c.req.query());
  app.get("/deadlines", async (c) => c.html(deadlinesPage(await times(c)), 200, headers()));
  app.get("/deadlines.json", async (c) => c.json(await times(c), 200, headers()));
  const views = async (by: "latest" | "due"): Promise<CaseView[]> => {
    const { cases: rows } = await docket.search({ by, limit: CASES_IN_FEED });
    // A case that cannot be read is named on the front page and hides no other.
    const made = await Promise.all(
      rows.map(({ case: id }) =>
        docket.view(id, "PUBLIC").catch((error: unknown) => {
          if (error instanceof AssayError) return null;
          throw error;
        }),
      ),
    );
    return made.filter((each) => each !== null);
  };
  const latest = () => views("latest");
  app.get("/deadlines.ics", async (c) =>
    calendar(c, calendarOf((await views("due")).flatMap(timesOf), momentText(unixSeconds()))),
  );
  app.get("/feed.atom", async (c) =>
    feed(c, atomOf(new URL(c.req.url).origin, "/feed.atom", "Docket", await latest())),
  );
  app.get("/about", (c) => c.html(aboutPage(), 200, headers()));
  app.get("/about.json", (c) => c.json({ type: "assay/docket-about/v1", says: ABOUT }, 200, headers()));
}

const none = (c: Context) => c.html(missingPage("There is no such case, entry or page."), 404, headers());

/** What lies beside the pages of a case and is public: feed, calendar, the case as one file, files. */
export function addCaseFiles(app: Hono, docket: Docket): void {
  const shownOf = (c: Context) => docket.view(c.req.param("id")!, "PUBLIC");
  app.get("/cases/:id/feed.atom", async (c) => {
    const shown = await shownOf(c);
    return shown ? feed(c, atomOf(new URL(c.req.url).origin, c.req.path, shown.title, [shown])) : none(c);
  });
  app.get("/cases/:id/deadlines.ics", async (c) => {
    const shown = await shownOf(c);
    return shown ? calendar(c, calendarOf(timesOf(shown), shown.stated.asOf)) : none(c);
  });
  app.get("/cases/:id/bundle.zip", async (c) => {
    const shown = await shownOf(c);
    if (!shown) return none(c);
    const asOf = Date.parse(shown.stated.asOf) / 1000;
    const files = await bundleOfCase(docket.folderOf(shown.case)!, "PUBLIC", asOf);
    return c.body(new Uint8Array(zip(files)), 200, {
      ...headers(),
      "content-type": "application/zip",
      "content-disposition": `attachment; filename="${shown.case}.zip"`,
    });
  });
  app.get("/cases/:id/files/:digest{[0-9a-f]{64}}", async (c) => {
    const shown = await shownOf(c);
    const digest = `sha256:${c.req.param("digest")}`;
    const named = shown?.entries.some(({ attachments }) => attachments.some((each) => each.digest === digest));
    const bytes = named ? await readObjects(docket.folderOf(shown!.case)!)(digest) : null;
    if (!bytes) return none(c);
    return c.body(new Uint8Array(bytes), 200, {
      ...headers(),
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${digest.slice(7, 23)}"`,
    });
  });
}

function addCasePages(app: Hono, docket: Docket): void {
  const shownOf = (c: Context) => docket.view(c.req.param("id")!, "PUBLIC");
  addCaseFiles(app, docket);
  app.get("/cases/:id/print", async (c) => {
    const shown = await shownOf(c);
    return shown ? c.html(wholePage(shown), 200, headers()) : none(c);
  });
  app.get("/cases/:id/print.json", async (c) => {
    const shown = await shownOf(c);
    if (!shown) return none(c);
    const pages = Object.fromEntries(
      CASE_PAGES.map(({ path, record }) => [path || "overview", record(shown, {}, "")!] as const),
    );
    return c.json({ type: "assay/docket-page/v1", case: shown.case, page: "print", pages }, 200, headers());
  });
  app.get("/cases/:path{.+}", async (c) => {
    const asked = c.req.param("path");
    const twin = asked.endsWith(".json");
    const [id, name = "", rest = "", ...more] = (twin ? asked.slice(0, -5) : asked).split("/");
    const found = more.length > 0 ? undefined : pageOf(name, rest);
    const shown = found ? await docket.view(id!, "PUBLIC") : null;
    const record = shown ? found!.record(shown, c.req.query(), rest) : null;
    if (!record) return none(c);
    if (twin)
      return c.json({ type: "assay/docket-page/v1", case: id, page: name || "overview", ...record }, 200, headers());
    return c.html(framed(shown!, found!, record, rest, new URL(c.req.url).search), 200, headers());
  });
}

function pageOf(name: string, rest: string): CasePage | undefined {
  if (name === ENTRY_PAGE.path) return rest === "" ? undefined : ENTRY_PAGE;
  return rest === "" ? CASE_PAGES.find(({ path }) => path === name) : undefined;
}

function framed(shown: CaseView, found: CasePage, record: object, rest: string, query: string): string {
  const here = `/cases/${shown.case}`;
  const path = [here, found.path, rest].filter((part) => part !== "").join("/");
  return page(
    {
      title: `${found.text}${rest === "" ? "" : ` ${rest}`}, ${shown.title}`,
      twin: `${path}.json${query}`,
      feed: `${here}/feed.atom`,
      crumbs: [
        { text: "Cases", href: "/" },
        { text: shown.title, href: here },
      ],
      tabs: CASE_PAGES.map(({ path: tab, text }) => ({
        text,
        href: tab === "" ? here : `${here}/${tab}`,
        here: tab === found.path,
      })),
    },
    found.body(record, shown),
  );
}

/** All pages of the case one after another, for paper. */
function wholePage(shown: CaseView): string {
  const here = `/cases/${shown.case}`;
  return page(
    {
      title: shown.title,
      twin: `${here}/print.json`,
      feed: `${here}/feed.atom`,
      crumbs: [{ text: shown.title, href: here }],
    },
    <>
      {CASE_PAGES.map(({ record, body }) => (
        <div class="app-whole">{body(record(shown, {}, "")!, shown)}</div>
      ))}
    </>,
  );
}

function feed(c: Context, text: string) {
  return c.body(text, 200, { ...headers(), "content-type": "application/atom+xml; charset=utf-8" });
}

function calendar(c: Context, text: string) {
  return c.body(text, 200, { ...headers(), "content-type": "text/calendar; charset=utf-8" });
}

/**
 * On this machine alone. @param port 0 takes any free one @param name under which its address is told
 * @throws USAGE where the port is taken
 */
export function listening(app: Hono, port: number, name = "127.0.0.1"): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info: AddressInfo) =>
      resolve({
        url: `http://${name}:${info.port}/`,
        close: () => new Promise((done) => server.close(() => done())),
      }),
    );
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new AssayError("USAGE", `serve: expected a free port, but ${port} is taken`)
          : error,
      ),
    );
  });
}
