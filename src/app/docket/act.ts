/** One act in a case: its statement made from the case as it stands, signed, judged and entered. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { base64, fromHex, hex } from "../../base/bytes.js";
import { sha256Digest, sha256Hex } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { type BeaconChain, localChain, QUICKNET, roundAt } from "../../evidence/drand.js";
import type { PasskeyTerms } from "../../evidence/passkey.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { type EntryStatement, encodeEntry } from "../../office/docket/entry/entry-statement.js";
import { enrolmentText } from "../../office/docket/entry/keys.js";
import { panelPurpose } from "../../office/docket/fold/guards.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import type { EntryKind, Role, Tier } from "../../office/docket/pack/names.js";
import { drawLabels, drawPanel } from "../../office/docket/plan/draw.js";
import { encodeRecipient, RECIPIENT_FILE } from "../../office/docket/seal/circle.js";
import { momentText } from "../../office/docket/time/day.js";
import type { Policy } from "../../tlog/policy.js";
import type { Signer } from "../register/declare.js";
import { type CaseFolder, type Entered, enterInCase, openCaseFolder } from "./case-folder.js";
import { sealedAct } from "./seals.js";

export interface Act {
  kind: EntryKind;
  role: Role;
  facts: Record<string, unknown> | ((open: CaseFolder, received: number) => Promise<Record<string, unknown>>);
  text?: string;
  about?: string;
  tier?: Tier;
  attachments?: readonly { name: string; bytes: Uint8Array }[];
}

export interface Acting {
  folder: string;
  signer: Signer;
  /** Unix seconds; only in a rehearsal. */
  at: number | null;
  witnesses?: Policy | null;
}

/**
 * Sealed first where its tier is narrower than PUBLIC. @returns the record, or the refusal with its reason; a refused
 * act changes nothing
 * @throws USAGE where the circle changed while the act was sealed
 */
export async function enterAct({ folder, signer, at, witnesses }: Acting, given: Act): Promise<Entered> {
  const sealing = (given.tier ?? "PUBLIC") !== "PUBLIC";
  const before = sealing ? await openCaseFolder(folder) : null;
  const act = before ? await sealedAct(before, given) : given;
  const attached = (act.attachments ?? []).map(({ bytes }) => bytes);
  const make = (open: CaseFolder, received: number) => {
    const joined = open.records.slice(before?.records.length).some(({ kind }) => kind.startsWith("club."));
    if (before && joined)
      throw new AssayError("USAGE", "case: the circle changed while this was sealed; enter it again");
    return signedAct(open, act, signer, received);
  };
  return enterInCase(folder, make, attached, at, witnesses ?? null);
}

/** The signed bundle of an act, over the case as it stands. @param received Unix seconds */
export async function signedAct(open: CaseFolder, act: Act, signer: Signer, received: number): Promise<Uint8Array> {
  const attachments = act.attachments ?? [];
  const seq = open.records.length - 1;
  const said: EntryStatement = {
    case: open.id,
    kind: act.kind,
    role: act.role,
    issued: momentText(received),
    seen: seq < 0 ? null : { seq, record: open.digests[seq]! },
    ...(act.about === undefined ? {} : { about: act.about }),
    tier: act.tier ?? "PUBLIC",
    facts: typeof act.facts === "function" ? await act.facts(open, received) : act.facts,
    ...(act.text === undefined ? {} : { text: act.text }),
    ...(attachments.length === 0
      ? {}
      : { attachments: attachments.map(({ name, bytes }) => ({ name, digest: sha256Digest(bytes) })) }),
  };
  const statement = encodeEntry(said);
  return encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId);
}

/** What only the office holds of a case: its stand-in beacon's secret, and secrets committed to. Never packed. */
const secretPath = (folder: string, name: string) => join(folder, "state", `${name}.secret`);

async function keepSecret(folder: string, name: string, secret: Uint8Array): Promise<void> {
  await mkdir(join(folder, "state"), { recursive: true });
  await writeFile(secretPath(folder, name), hex(secret), { mode: 0o600, flush: true });
}

async function secretOf(folder: string, name: string): Promise<Uint8Array> {
  const text = await readFile(secretPath(folder, name), "utf8").catch(() => null);
  if (text === null) throw new AssayError("NOT_FOUND", `case: the secret "${name}" is not in this folder`);
  return fromHex(text.trim(), name);
}

/** The registrar opens the case under its pack and calendar, with quicknet or a stand-in chain of the office's own. */
export function adoptPack(
  publicKey: string,
  given: { packId: string; beacon: "quicknet" | "local"; escrow?: string },
): Act {
  return {
    kind: "pack.adopted",
    role: "registrar",
    ...(given.escrow === undefined
      ? {}
      : {
          attachments: [
            {
              name: RECIPIENT_FILE,
              bytes: encodeRecipient({ who: "escrow", tier: "TRIBUNAL_ONLY", recipient: given.escrow }),
            },
          ],
        }),
    facts: async ({ file, folder }, received) => ({
      pack: given.packId,
      packDigest: file.pack,
      calendar: file.calendar,
      registrar: publicKey,
      rehearsal: file.rehearsal,
      beacon:
        given.beacon === "quicknet"
          ? { chain: "quicknet", ...QUICKNET, standIn: false }
          : { chain: `local of ${file.origin}`, ...(await standIn(folder, received)), standIn: true },
    }),
  };
}

async function standIn(folder: string, genesis: number): Promise<BeaconChain> {
  const secret = new Uint8Array(randomBytes(32));
  // Below the group's order, which begins with 0x73.
  secret[0] = secret[0]! & 0x3f;
  await keepSecret(folder, "beacon", secret);
  return { publicKey: localChain(secret).publicKey, genesis, period: 30 };
}

/** Signature of a round: given, or made where the case has a stand-in. */
export async function signatureOf(open: CaseFolder, round: number, given: string | null): Promise<string> {
  if (given !== null) return given;
  if (!open.state.beacon?.standIn)
    throw new AssayError(
      "USAGE",
      `case: expected --signature: the one of round ${round} of ${open.state.beacon?.chain}`,
    );
  return localChain(await secretOf(open.folder, "beacon")).sign(round);
}

export interface Countersigned {
  party: string;
  name: string;
  roles: Role[];
  publicKey: string;
  passkey?: PasskeyTerms;
  countersignature: string;
}

/** What a party hands to the registrar to be enrolled. */
export function countersign(
  caseId: string,
  said: Omit<Countersigned, "countersignature">,
  sign: Signer["sign"],
): Countersigned {
  return { ...said, countersignature: base64(sign(enrolmentText(caseId, said))) };
}

/** Facts of a notice that announces the draw of the panel: a round to come, and a secret of the office. */
export async function announceDraw(
  open: CaseFolder,
  received: number,
  afterSeconds: number,
): Promise<FactsOf<"notice">> {
  const secret = new Uint8Array(randomBytes(32));
  await keepSecret(open.folder, "panel", secret);
  return { draw: { round: roundAt(open.state.beacon!, received + afterSeconds), secret: sha256Digest(secret) } };
}

/**
 * The panel as the announced round and the case's own secret draw it; the other side can draw it again.
 * @throws USAGE where no draw was announced
 */
export async function drawFacts(
  open: CaseFolder,
  given: { list: string[]; excluded: { who: string; because: string }[]; signature: string | null },
): Promise<FactsOf<"panel.drawn">> {
  const { draw, members } = open.state;
  if (!draw) throw new AssayError("USAGE", "case: no draw was announced; the notice does so");
  const signature = await signatureOf(open, draw.round, given.signature);
  const secret = hex(await secretOf(open.folder, "panel"));
  const out = new Set(given.excluded.map(({ who }) => who));
  const left = given.list.filter((each) => !out.has(each));
  return {
    members,
    list: given.list,
    excluded: given.excluded,
    signature,
    secret,
    drawn: drawPanel(left, members, panelPurpose(left), signature, secret),
  };
}

/** A custodian's secret: the file stays with the custodian, its digest goes into the plan. */
export function newSecret(): { secret: string; commitment: string } {
  const secret = new Uint8Array(randomBytes(32));
  return { secret: hex(secret), commitment: `sha256:${sha256Hex(secret)}` };
}

/**
 * Labels of the blind slots, drawn from the plan's round and the committed secret. @throws USAGE before the round is in
 * the case
 */
export function labelFacts(open: CaseFolder, secret: string): FactsOf<"blind.opened"> {
  const { plan } = open.state;
  if (!plan?.beacon) throw new AssayError("USAGE", "case: the round that the plan names is not in the case yet");
  return { secret, labels: drawLabels(plan.contents, plan.plan, plan.beacon.signature, secret) };
}
