/**
 * The register as a site: pages without script, each with a machine-readable twin, feeds, pictures, and the log's own
 * files. Every answer rests on the log as it stands now; where that cannot be read or does not hold, nothing is shown.
 */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { exportBom } from "../../app/register/bom.js";
import { firstCosigned } from "../../app/register/entry-time.js";
import { appendDeclarations, openRegister, type Register, refresh } from "../../app/register/register.js";
import {
  assertAnswerable,
  descentOf,
  logEntry,
  modelRecord,
  registerReceipt,
  STATEMENTS_MAX,
  statementOfEntry,
} from "../../app/register/register-record.js";
import { AssayError } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import { atIndex } from "../../office/entries/ordered.js";
import { MODEL_ID, type ModelId } from "../../office/register/declarations/vocabulary.js";
import { lineage } from "../../office/register/lineage.js";
import { entryTime } from "../../office/register/log-time.js";
import type { Entry, ModelState } from "../../office/register/register-index.js";
import { drawLineage } from "../../report/figures/lineage.js";
import type { Policy } from "../../tlog/policy.js";
import { brokenOff } from "../aborted.js";
import { addLogFiles } from "../log-server.js";
import { ownHostsOnly } from "../own-hosts.js";
import type { Served } from "../static-server.js";
import { accessEntryPage, accessEntryRecord, accessPage, accessRecordPage } from "./access-page.js";
import { addAssets } from "./assets.js";
import { answersOf, formOf } from "./draft-answers.js";
import { entryPage } from "./entry-page.js";
import { atom, entriesAround } from "./feeds.js";
import { foreignEntryPage, foreignEntryRecord } from "./foreign-page.js";
import { draftPage, submitPage } from "./form-pages.js";
import { entryRecord, type Found, HITS_MAX, homePage, homeRecord } from "./home-page.js";
import { addLabels } from "./label-routes.js";
import { modelPath } from "./layout.js";
import { modelPage } from "./model-page.js";
import { aboutPage, closedPage, ENTRIES_SHOWN_MAX, missingPage, publisherPage, publishersPage } from "./plain-pages.js";
import { bounded, crossSite, headers } from "./safety.js";
import type { Site } from "./site.js";

interface SiteOptions {
  /** Folder or http(s) prefix of the register's log. */
  where: string;
  port: number;
  /** Believe the log only under this policy. */
  trust: Policy | null;
  /** Take submissions: the folder must be this process's to write. */
  writable: boolean;
  /** Names under which it may be asked for besides this machine's own, such as a proxy in front passes on. */
  hosts?: readonly string[];
}

/** How long an answer may rest on one look at the checkpoint. */
const FRESH_MS = 1000;
const SUBMISSION_BYTES_MAX = 2 * 1024 * 1024;
const FORM_BYTES_MAX = 256 * 1024;

/**
 * Brings its index up to the log as requests come, one at a time. @returns once it listens
 * @throws where the log cannot be read, or does not hold under the policy given
 */
export async function serveRegister(options: SiteOptions): Promise<Served> {
  const { trust, where, writable, port } = options;
  let held: Register | null = await openRegister(where, trust);
  let looked = Date.now();
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T,>(run: () => Promise<T>): Promise<T> => {
    const done = turn.then(run, run);
    turn = done.catch(() => undefined);
    return done;
  };
  const current = async (): Promise<Register> => {
    if (held && Date.now() - looked < FRESH_MS) return held;
    return inTurn(async () => {
      if (held && Date.now() - looked < FRESH_MS) return held;
      try {
        if (held) await refresh(held, trust);
        else held = await openRegister(where, trust);
      } catch (error) {
        held = null; // What was believed before is not shown after a fault.
        throw error;
      }
      looked = Date.now();
      return held;
    });
  };
  const site: Site = { register: current, trust };
  // What is submitted is cosigned, and the operator's clock held against witnesses', where the policy says how to ask them.
  const asked = trust?.witnesses.some(({ url }) => url !== null) ? trust : null;
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof AssayError) return c.html(closedPage(error.message), 503, headers());
    if (brokenOff(error, "register")) return c.text("broken off\n", 400, headers());
    process.stderr.write(`register: ${error.stack}\n`);
    return c.html(closedPage("an error of this program"), 500, headers());
  });
  app.use(ownHostsOnly(headers(), options.hosts));
  addAssets(app);
  addPages(app, site, writable);
  addModels(app, site);
  addLabels(app, site);
  addForms(app, site, writable, async (bundle) => {
    const [result] = await inTurn(async () => {
      try {
        return await appendDeclarations(where, [bundle], asked, new Map(), held ?? undefined);
      } catch (error) {
        held = null; // The index may be ahead of the log.
        throw error;
      }
    });
    looked = 0;
    return result!;
  });
  addLogFiles(app, where, "/log");
  app.notFound(async (c) =>
    c.html(missingPage(`There is no page at ${c.req.path}.`, (await current()).head), 404, headers()),
  );
  return listening(app, port);
}

function addPages(app: Hono, { register, trust }: Site, writable: boolean): void {
  const found = ({ index }: Register, asked: string | undefined): Found | null => {
    if (!asked) return null;
    const text = asked.slice(0, 300).trim();
    const id = MODEL_ID.test(text) ? text : /^[0-9a-f]{64}$/.test(text) ? `sha256:${text}` : null;
    if (id !== null) {
      const model = index.models.get(id as ModelId);
      return { asked: text, models: model ? [model] : [], cut: false };
    }
    const { ids, cut } = index.names.find(text, HITS_MAX);
    return { asked: text, models: ids.map((each) => index.models.get(each)!), cut };
  };
  app.get("/", async (c) => {
    const state = await register();
    return c.html(homePage(state.index, found(state, c.req.query("q")), state.head), 200, headers());
  });
  app.get("/index.json", async (c) => {
    const state = await register();
    return c.json(homeRecord(state.index, found(state, c.req.query("q"))), 200, headers());
  });
  app.get("/about", async (c) => {
    const { where, head } = await register();
    const keys = await readFile(join(where, "verifier-keys.txt"), "utf8").catch(() => "");
    return c.html(aboutPage(keys.split("\n").filter(Boolean), head), 200, headers());
  });
  app.get("/feed.atom", async (c) =>
    feed(c, await register(), "/feed.atom", "Model register", (r) => r.index.entries.slice(-100)),
  );
  app.get("/access", async (c) => {
    const { index, head } = await register();
    return c.html(accessPage(index.access, unixSeconds(), head), 200, headers());
  });
  app.get("/access.json", async (c) => {
    const { index } = await register();
    return c.json(accessRecordPage(index.access, unixSeconds(), index.foreign.count), 200, headers());
  });
  app.get("/publishers", async (c) => {
    const { index, head } = await register();
    return c.html(publishersPage(index.policy, head), 200, headers());
  });
  app.get("/publishers.json", async (c) => {
    const { index } = await register();
    const keys = [...index.policy].map(([key, { name, roles, names }]) => ({ key, name, roles, names }));
    return c.json({ type: "assay/register-publishers/v1", policy: index.policyDigest, keys }, 200, headers());
  });
  app.get("/publishers/:key{[0-9a-f]+(?:\\.json)?}", async (c) => {
    const { index, head } = await register();
    const [key, twin] = c.req.param("key").split(".");
    const own = index.byKey(key!);
    const holder = index.policy.get(key!);
    if (!holder && own.length === 0) return c.html(missingPage("No such key.", head), 404, headers());
    if (!twin) return c.html(publisherPage(key!, index.policy, own, head), 200, headers());
    const { name, roles, names } = holder ?? { name: own[0]!.keyName, roles: [], names: [] };
    return c.json(
      {
        type: "assay/register-publisher/v1",
        key,
        name,
        roles,
        names,
        publicKey: holder?.key.pem ?? null,
        entries: own.slice(-ENTRIES_SHOWN_MAX).reverse().map(entryRecord),
        cut: own.length > ENTRIES_SHOWN_MAX,
      },
      200,
      headers(),
    );
  });
  app.get("/publishers/:key/feed.atom", async (c) => {
    const key = c.req.param("key");
    return feed(c, await register(), c.req.path, "Publisher", (r) => [...r.index.byKey(key).slice(-100)]);
  });
  app.get("/entries/:n{[0-9]{1,15}(?:\\.json)?}", async (c) => {
    const state = await register();
    const [n, twin] = c.req.param("n").split(".");
    const entry = state.index.at(Number(n));
    const access = entry ? null : state.index.access.at(Number(n));
    if (access) {
      const time = entryTime(access.record.received, await firstCosigned(state, access.index, trust));
      const record = { type: "assay/register-access-entry/v1", ...accessEntryRecord(access), time };
      return twin
        ? c.json(record, 200, headers())
        : c.html(accessEntryPage(state.index.access, access, state.head, time), 200, headers());
    }
    const foreign = entry ? null : atIndex(state.index.foreign.entries, Number(n));
    if (foreign) {
      const record = new TextDecoder().decode(await logEntry(state, foreign.index));
      return twin
        ? c.json(foreignEntryRecord(foreign, record), 200, headers())
        : c.html(foreignEntryPage(foreign, record, state.head), 200, headers());
    }
    if (!entry)
      return c.html(missingPage(`Entry ${n} is no declaration of this register.`, state.head), 404, headers());
    const record = await statementOfEntry(state, entry, trust);
    return twin
      ? c.json({ type: "assay/register-statement/v1", ...record, record: entry.record }, 200, headers())
      : c.html(entryPage(entry, record, state.head), 200, headers());
  });
  app.get("/entries/:n{[0-9]{1,15}}/receipt.json", async (c) => {
    const state = await register();
    const entry = state.index.at(Number(c.req.param("n")));
    if (!entry) return c.html(missingPage("No such entry.", state.head), 404, headers());
    return c.body(new Uint8Array(await registerReceipt(state, entry)), 200, {
      ...headers(),
      "content-type": "application/json",
    });
  });
  app.get("/submit", async (c) => c.html(submitPage((await register()).head, writable, null), 200, headers()));
  app.get("/declare", async (c) =>
    c.html(draftPage((await register()).head, { values: new Map(), faults: [] }), 200, headers()),
  );
}

function addModels(app: Hono, { register, trust }: Site): void {
  const known = (state: Register, id: string): ModelState | null => state.index.models.get(id as ModelId) ?? null;
  const missing = (c: Context, state: Register, id: string) =>
    c.html(missingPage(`No model ${id} is declared here.`, state.head), 404, headers());
  app.get("/models/:id{(?:sha256|uri):[0-9a-f]{64}(?:\\.json)?}", async (c) => {
    const state = await register();
    const [id, twin] = c.req.param("id").split(".") as [string, string | undefined];
    const model = known(state, id);
    if (!model) return twin ? c.json({ error: "not declared here" }, 404, headers()) : missing(c, state, id);
    const record = await modelRecord(state, model, trust);
    const [madeOf, derives] = [lineage(state.index, model.id, "made-of"), lineage(state.index, model.id, "derives")];
    if (twin) return c.json({ ...record, madeOf, derives }, 200, headers());
    const entries = model.entries.slice(-STATEMENTS_MAX).reverse();
    return c.html(modelPage({ record, madeOf, derives, entries }, state.head), 200, headers());
  });
  app.get(
    "/models/:id{(?:sha256|uri):[0-9a-f]{64}}/:what{(?:made-of|derives)\\.(?:svg|json)|feed\\.atom|bom\\.json|descent\\.json}",
    async (c) => {
      const state = await register();
      const { id, what } = c.req.param();
      const model = known(state, id);
      if (!model) return missing(c, state, id);
      if (what === "feed.atom")
        return feed(c, state, c.req.path, `${model.name} and what it was made from`, ({ index }) =>
          entriesAround(index, model),
        );
      if (what === "bom.json") {
        assertAnswerable(state, model);
        return c.json(await exportBom(state, model), 200, {
          ...headers(),
          "content-type": "application/vnd.cyclonedx+json; version=1.7",
        });
      }
      if (what === "descent.json") return c.json(await descentOf(state, model.id), 200, headers());
      const [question, form] = what.split(".") as ["made-of" | "derives", string];
      const found = lineage(state.index, model.id, question);
      if (form === "json") return c.json(found, 200, headers());
      return c.body(drawLineage(found, (m) => modelPath(m.id)).svg, 200, {
        ...headers(),
        "content-type": "image/svg+xml",
      });
    },
  );
}

function addForms(
  app: Hono,
  { register }: Site,
  writable: boolean,
  append: (
    bundle: Uint8Array,
  ) => ReturnType<typeof appendDeclarations> extends Promise<(infer R)[]> ? Promise<R> : never,
): void {
  app.post("/declare", async (c) => {
    const { head } = await register();
    if (crossSite(c))
      return c.html(missingPage("Forms are taken from this site's own pages only.", head), 403, headers());
    const body = await bounded(c.req.raw.body, FORM_BYTES_MAX);
    if (body === null) return c.html(missingPage("The form is too large.", head), 413, headers());
    const form = formOf(body);
    const { answers, faults } = answersOf(form);
    if (faults.length > 0) return c.html(draftPage(head, { values: form, faults }), 422, headers());
    return c.body(`${JSON.stringify(answers, null, 2)}\n`, 200, {
      ...headers(),
      "content-type": "application/json",
      "content-disposition": 'attachment; filename="answers.json"',
    });
  });
  app.post("/submit", async (c) => {
    const { head } = await register();
    const json = (c.req.header("accept") ?? "").includes("application/json");
    if (crossSite(c))
      return c.html(missingPage("Forms are taken from this site's own pages only.", head), 403, headers());
    if (!writable) return c.html(submitPage(head, false, null), 405, headers());
    const body = await bounded(c.req.raw.body, SUBMISSION_BYTES_MAX);
    if (body === null) return c.html(missingPage("Larger than any declaration.", head), 413, headers());
    const bundle = await submitted(c, body);
    const result = await append(bundle);
    const outcome = result.admitted
      ? { entry: result.index, refusal: null }
      : { entry: null, refusal: { reason: result.reason, says: result.says } };
    const status = result.admitted ? 200 : 422;
    if (json)
      return c.json({ type: "assay/register-append/v1", admitted: result.admitted, ...outcome }, status, headers());
    return c.html(submitPage((await register()).head, true, outcome), status, headers());
  });
}

/** A file of the form, or the bare declaration. */
async function submitted(c: Context, body: Uint8Array): Promise<Uint8Array> {
  const type = c.req.header("content-type") ?? "";
  if (!type.startsWith("multipart/form-data")) return body;
  try {
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
    const field = form.get("declaration");
    if (field === null) return new Uint8Array(0);
    return typeof field === "string" ? new Uint8Array(Buffer.from(field)) : new Uint8Array(await field.arrayBuffer());
  } catch {
    return new Uint8Array(0);
  }
}

function feed(c: Context, state: Register, path: string, title: string, pick: (register: Register) => Entry[]) {
  const base = new URL(c.req.url).origin;
  const text = atom({ base, path, title, origin: state.head.origin }, pick(state));
  return c.body(text, 200, { ...headers(), "content-type": "application/atom+xml; charset=utf-8" });
}

function listening(app: Hono, port: number): Promise<Served> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (info: AddressInfo) =>
      resolve({
        url: `http://127.0.0.1:${info.port}/`,
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
