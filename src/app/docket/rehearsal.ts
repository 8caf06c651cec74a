/**
 * A rehearsed case in a folder: every role's key made here, times moved on by the caller. It enters through the same
 * function as the command line. For the story that `assay demo` tells, and for tests; the case says for ever that it is one.
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { join } from "node:path";
import { AssayError } from "../../base/error.js";
import type { EntryKind, Role } from "../../office/docket/pack/names.js";
import { PACK_TEXTS, WEEKENDS_ONLY } from "../../office/docket/packs/shipped.js";
import { dayOf, dayText } from "../../office/docket/time/day.js";
import type { Signer } from "../register/declare.js";
import { type Act, adoptPack, countersign, enterAct } from "./act.js";
import { type CaseFolder, createCase, openCaseFolder } from "./case-folder.js";

const DAY_SECONDS = 86_400;
const PACK = "expedited-ai-ip/v1";

interface Player extends Signer {
  publicKey: string;
  /** PKCS#8 in PEM. */
  privateKey: string;
}

/** A signer with a key made here, on P-256. */
export function makePlayer(): Player {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  return {
    keyId: createHash("sha256").update(pem).digest("hex"),
    publicKey: pem,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    sign: (message) => new Uint8Array(sign("sha256", message, privateKey)),
  };
}

/** Who plays which role: party and holder of the key. */
type Cast = Partial<Record<Role, readonly [party: string, holder: string]>>;

export class Rehearsal {
  readonly id: string;
  readonly folder: string;
  readonly players = new Map<Role, Player>();
  /** Unix seconds of the next act. */
  at: number;

  private constructor(id: string, folder: string, at: number) {
    this.id = id;
    this.folder = folder;
    this.at = at;
  }

  /** @param where folder of cases; the case lies in it under its id @param escrow the office's age recipient */
  static async open(
    where: string,
    given: { id: string; office: string; begins: number; cast: Cast; escrow?: string },
  ): Promise<Rehearsal> {
    const { id, office, begins, cast, escrow } = given;
    const folder = join(where, id);
    const origin = `${office}/${id}`;
    await createCase(folder, { id, origin, pack: PACK_TEXTS.get(PACK), calendar: WEEKENDS_ONLY.data, rehearsal: true });
    const court = new Rehearsal(id, folder, begins);
    const registrar = makePlayer();
    court.players.set("registrar", registrar);
    const sealed = escrow === undefined ? {} : { escrow };
    await court.enter(adoptPack(registrar.publicKey, { packId: PACK, beacon: "local", ...sealed }));
    for (const [role, [party, name]] of Object.entries(cast) as [Role, readonly [string, string]][]) {
      const made = makePlayer();
      court.players.set(role, made);
      const said = { party, name, roles: [role], publicKey: made.publicKey };
      await court.act("registrar", "key.enrolled", { ...countersign(id, said, made.sign) });
    }
    return court;
  }

  /** @returns statement of the entry @throws USAGE when it is refused */
  async act(role: Role, kind: EntryKind, facts: Act["facts"] = {}, more: Partial<Act> = {}): Promise<string> {
    this.at += 60;
    return this.enter({ kind, role, facts, ...more });
  }

  private async enter(act: Act): Promise<string> {
    const signer = this.players.get(act.role);
    if (!signer) throw new AssayError("USAGE", `rehearsal: nobody plays the ${act.role}`);
    const entered = await enterAct({ folder: this.folder, signer, at: this.at }, act);
    if (!entered.admitted) throw new AssayError("USAGE", `rehearsal: ${act.kind}: ${entered.says}`);
    return entered.record.statement;
  }

  later(days: number): this {
    this.at += Math.round(days * DAY_SECONDS);
    return this;
  }

  get today(): string {
    return dayText(dayOf(this.at));
  }

  open(): Promise<CaseFolder> {
    return openCaseFolder(this.folder);
  }
}
