/**
 * A second case in the told dispute's folder, stopped where the other side has to answer, with the keys of its roles at
 * hand: so that whoever reads can act in it. Fictional parties; a rehearsal.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Digest } from "../../base/digest.js";
import { makeIdentity } from "../../host/log/sealing.js";
import { encodeRecipient, RECIPIENT_FILE, UNDERTAKING_FILE } from "../../office/docket/seal/circle.js";
import { momentText } from "../../office/docket/time/day.js";
import { announceDraw } from "../docket/act.js";
import { Rehearsal } from "../docket/rehearsal.js";

const CASE = "2026-002";
const DAY_SECONDS = 86_400;

export interface OpenCase {
  id: string;
  folder: string;
  /** A moment at which the next act may be entered. */
  next: string;
  /** Number of the entry that is sealed to both parties. */
  sealed: number;
}

/** @param out the story's folder; keys and identities of parties and registrar go into its `keys` */
export async function openSecondCase(out: string, escrow: string): Promise<OpenCase> {
  const keys = join(out, "keys");
  await mkdir(keys, { recursive: true });
  const court = await Rehearsal.open(join(out, "cases"), {
    id: CASE,
    office: "docket.example",
    begins: Date.parse("2026-06-01T09:00:00Z") / 1000,
    escrow,
    cast: {
      complainant: ["Brightwater", "counsel of Brightwater"],
      respondent: ["Tallis Press", "counsel of Tallis Press"],
    },
  });
  for (const role of ["registrar", "complainant", "respondent"] as const)
    await writeFile(join(keys, `${role}.pem`), court.players.get(role)!.privateKey, { mode: 0o600 });
  const text = "Tallis Press serves a model that, we say, learned our answers. We ask that logs be kept.";
  await court.act("complainant", "complaint", { members: 1, fee: "paid", tried: 2 }, { text });
  await court.later(1).act("registrar", "notice", async (open, received) => ({
    ...(await announceDraw(open, received, 3600)),
  }));
  await court.act("registrar", "service.proof", { way: "courier", on: court.today });
  const who = "counsel of Tallis Press";
  const recipient = await makeIdentity(join(keys, "respondent.age"));
  await court.act(
    "respondent",
    "club.joined",
    { tier: "PARTIES", who, employedByParty: false },
    {
      attachments: [
        { name: RECIPIENT_FILE, bytes: encodeRecipient({ who, tier: "PARTIES", recipient }) },
        { name: UNDERTAKING_FILE, bytes: new TextEncoder().encode("I keep to myself what I read.\n") },
      ],
    },
  );
  const letter = new TextEncoder().encode("We offer to show our logs of May if you show yours.\n");
  await court.act(
    "complainant",
    "exhibit",
    {
      ...{ exhibit: "E1", title: "A letter between the parties", kind: "document", root: sha256Digest(letter) },
      ...{ tier: "PARTIES", carried: true, speaksFor: "neither" },
    },
    { tier: "PARTIES", attachments: [{ name: "letter.txt", bytes: letter }] },
  );
  const sealed = (await court.open()).records.length - 1;
  return { id: CASE, folder: court.folder, next: momentText(court.at + 2 * DAY_SECONDS), sealed };
}
