/**
 * A court for tests, studies and courses: keys of every role, a case in rehearsal, and acts with times that the caller
 * moves on. It acts through the same functions as the command line. Parties are fictional.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Act,
  adoptPack,
  announceDraw,
  countersign,
  drawFacts,
  labelFacts,
  signatureOf,
  signedAct,
} from "../../dist/app/docket/act.js";
import { packCase } from "../../dist/app/docket/case-bundle.js";
import { CASE_TYPE, type CaseFile } from "../../dist/app/docket/case-data.js";
import type { CaseFolder, Entered } from "../../dist/app/docket/case-folder.js";
import { canonicalJsonBytes } from "../../dist/base/canonical-json.js";
import { sha256Digest } from "../../dist/base/digest.js";
import { roundAt } from "../../dist/evidence/drand.js";
import { objectPath } from "../../dist/host/log/object-store.js";
import { platformKey } from "../../dist/host/signing/signature-keys.js";
import { admit, openCase } from "../../dist/office/docket/entry/admission.js";
import { rulesOf } from "../../dist/office/docket/fold/fold.js";
import type { EntryKind, Role } from "../../dist/office/docket/pack/names.js";
import { readPack } from "../../dist/office/docket/pack/rule-pack.js";
import { PACK_TEXTS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { digestOfPlan, encodePlan, factsOfPlan, type TestPlan } from "../../dist/office/docket/plan/test-plan.js";
import { dayOf, dayText } from "../../dist/office/docket/time/day.js";
import { LogWriter } from "../../dist/tlog/log-writer.js";
import { encodeVerifierKey, secretKeyOf } from "../../dist/tlog/note-keys.js";

export const DAY = 86_400;
/** Monday, 2 March 2026, nine o'clock UTC. */
export const BEGIN = Date.parse("2026-03-02T09:00:00Z") / 1000;
export const CUSTODIAN_SECRET = "5e".repeat(32);

export interface Player {
  keyId: string;
  publicKey: string;
  sign: (message: Uint8Array) => Uint8Array;
}

export function player(): Player {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    keyId: createHash("sha256").update(pem).digest("hex"),
    publicKey: pem,
    sign: (message) => new Uint8Array(sign("sha256", message, privateKey)),
  };
}

const PARTIES: Partial<Record<Role, [string, string]>> = {
  complainant: ["Aldgate Labs", "counsel of Aldgate Labs"],
  respondent: ["Meridian Cloud", "counsel of Meridian Cloud"],
  panel: ["the panel", "presiding member"],
  examiner: ["Thornbury Analysis", "examiner"],
  "second-examiner": ["Harrow Laboratories", "second examiner"],
  custodian: ["the custodian", "custodian"],
  "appeal-panel": ["the appeal panel", "presiding member on appeal"],
};

/**
 * Entries are admitted in memory, as `enterInCase` does in a folder, so that a course takes a second; `bundle` writes their
 * log at the end. The folder holds the office's secrets alone.
 */
export class Court {
  readonly folder: string;
  readonly players = new Map<Role, Player>();
  readonly open: CaseFolder;
  readonly entries: Uint8Array[] = [];
  readonly objects: Map<string, Uint8Array>;
  at = BEGIN;

  private constructor(folder: string, open: CaseFolder, objects: Map<string, Uint8Array>) {
    this.folder = folder;
    this.open = open;
    this.objects = objects;
  }

  static async open(folder: string, id = "2026-001"): Promise<Court> {
    const pack = PACK_TEXTS.get("expedited-ai-ip/v1");
    const objects = new Map<string, Uint8Array>();
    const keep = (value: unknown) => {
      const bytes = canonicalJsonBytes(value);
      objects.set(sha256Digest(bytes), bytes);
      return sha256Digest(bytes);
    };
    const file: CaseFile = {
      type: CASE_TYPE,
      id,
      origin: `docket.example/${id}`,
      pack: keep(pack),
      calendar: keep(WEEKENDS_ONLY.data),
      rehearsal: true,
    };
    const begun = openCase(id, rulesOf(readPack(pack), WEEKENDS_ONLY));
    const object = async (digest: string) => objects.get(digest) ?? null;
    const court = new Court(folder, { ...begun, folder, file, records: [], object }, objects);
    const registrar = player();
    court.players.set("registrar", registrar);
    told(await court.enter(adoptPack(registrar.publicKey, { packId: "expedited-ai-ip/v1", beacon: "local" })));
    for (const [role, [party, name]] of Object.entries(PARTIES) as [Role, [string, string]][]) {
      const made = player();
      court.players.set(role, made);
      const said = countersign(id, { party, name, roles: [role], publicKey: made.publicKey }, made.sign);
      await court.act("registrar", "key.enrolled", { ...said });
    }
    return court;
  }

  private async enter(act: Act): Promise<Entered> {
    const bundle = await signedAct(this.open, act, this.players.get(act.role)!, this.at);
    const judged = admit(this.open, bundle, this.at, platformKey);
    if (!judged.admitted) return judged;
    for (const bytes of [bundle, ...(act.attachments ?? []).map((each) => each.bytes)])
      this.objects.set(sha256Digest(bytes), bytes);
    this.open.records.push(judged.record);
    this.entries.push(judged.bytes);
    return judged;
  }

  /** The case as `assay case pack` writes it. */
  async bundle(): Promise<Map<string, Uint8Array>> {
    const { stored, lines } = await this.#log();
    return packCase(this.open, { checkpoint: stored.get("checkpoint")!, keys: Buffer.from(lines) }, "PUBLIC", this.at);
  }

  /** The case as a folder that can be opened and served; the log's key is not kept, so that nothing more can be entered. */
  async save(folder: string): Promise<void> {
    const { stored, lines } = await this.#log();
    const put = async (path: string, bytes: Uint8Array) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    };
    for (const [path, bytes] of stored) await put(path, bytes);
    for (const [digest, bytes] of this.objects) await put(objectPath(digest), bytes);
    await put("verifier-keys.txt", Buffer.from(lines));
    await put("case.json", canonicalJsonBytes(this.open.file));
  }

  async #log(): Promise<{ stored: Map<string, Uint8Array>; lines: string }> {
    const { origin } = this.open.file;
    const keys = [secretKeyOf(origin, "ed25519", new Uint8Array(randomBytes(32)))];
    const stored = new Map<string, Uint8Array>();
    const store = {
      read: async (path: string) => stored.get(path) ?? null,
      write: async (files: ReadonlyMap<string, Uint8Array>) =>
        files.forEach((bytes, path) => void stored.set(path, bytes)),
      remove: async () => undefined,
    };
    const writer = await LogWriter.open({ store, origin, keys, now: () => this.at });
    await Promise.all(this.entries.map((entry) => writer.append(entry)));
    return { stored, lines: keys.map((key) => `${encodeVerifierKey(key)}\n`).join("") };
  }

  later(days: number): this {
    this.at += Math.round(days * DAY);
    return this;
  }

  get today(): string {
    return dayText(dayOf(this.at));
  }

  /** @throws when it is refused */
  async act(role: Role, kind: EntryKind, facts: Act["facts"] = {}, more: Partial<Act> = {}): Promise<string> {
    return told(await this.tries(role, kind, facts, more));
  }

  async tries(role: Role, kind: EntryKind, facts: Act["facts"] = {}, more: Partial<Act> = {}): Promise<Entered> {
    this.at += 60;
    return this.enter({ kind, role, facts, ...more });
  }

  async case(): Promise<CaseFolder> {
    return this.open;
  }

  async file(facts: Record<string, unknown> = {}): Promise<void> {
    await this.act("complainant", "complaint", { members: 1, fee: "paid", tried: 2, ...facts });
    await this.later(1).act("registrar", "notice", async (open, received) => ({
      ...(await announceDraw(open, received, 3600)),
    }));
    await this.act("registrar", "service.proof", { way: "courier", on: this.today });
  }

  /** From appointing to planning: the panel is drawn, nobody challenges it, there is a case to answer. */
  async toPlanning(): Promise<void> {
    await this.later(1).act("registrar", "panel.drawn", async (open) => ({
      ...(await drawFacts(open, {
        list: ["A. Moreau", "B. Okafor", "C. Lindqvist", "D. Ferrante", "E. Nakagawa"],
        excluded: [{ who: "B. Okafor", because: "advised Aldgate Labs" }],
        signature: null,
      })),
    }));
    const { state } = await this.case();
    await this.act("panel", "panel.disclosed", { who: state.panel[0]!, conflict: "none" });
    await this.later(6).act("panel", "threshold.decided", { held: "proceed", reasons: "the logs show access" });
  }

  /** Proposed, commented on, adopted, and its round entered. */
  async plan(plan: Omit<TestPlan, "labels">): Promise<TestPlan> {
    const { state } = await this.case();
    const whole: TestPlan = {
      ...plan,
      labels: {
        beacon: { chain: state.beacon!.chain, round: roundAt(state.beacon!, this.at + 3 * DAY) },
        secret: `sha256:${createHash("sha256").update(Buffer.from(CUSTODIAN_SECRET, "hex")).digest("hex")}`,
        rule: "fisher-yates/hmac-sha256/v1",
      },
    };
    const digest = digestOfPlan(whole);
    await this.act(
      "examiner",
      "plan.proposed",
      { plan: digest },
      { attachments: [{ name: "plan.json", bytes: encodePlan(whole) }] },
    );
    for (const side of ["complainant", "respondent"] as const) await this.act(side, "plan.commented", { plan: digest });
    await this.act("panel", "plan.adopted", { ...factsOfPlan(whole) });
    return whole;
  }

  async beacon(): Promise<void> {
    await this.later(4).act("registrar", "beacon", async (open) => ({
      round: open.state.plan!.round,
      signature: await signatureOf(open, open.state.plan!.round, null),
    }));
  }

  /** What lies in each slot: the custodian knows it from the round and the secret, before anybody else. */
  async labels(): Promise<string[]> {
    return labelFacts(await this.case(), CUSTODIAN_SECRET).labels;
  }

  async openLabels(): Promise<void> {
    await this.act("custodian", "blind.opened", async (open) => ({ ...labelFacts(open, CUSTODIAN_SECRET) }));
  }

  /** Comments and questions run out; on the papers. */
  async toDeliberation(): Promise<void> {
    this.later(10 + 14 + 4);
  }
}

export function told(entered: Entered): string {
  if (!entered.admitted) throw new Error(entered.says);
  return entered.record.statement;
}
