/** Cases as folders with logs of their own, for tests and studies of what lies across cases. Parties are fictional. */
import { join } from "node:path";
import { adoptPack, countersign, enterAct } from "../../dist/app/docket/act.js";
import { createCase } from "../../dist/app/docket/case-folder.js";
import type { Role } from "../../dist/office/docket/pack/names.js";
import { PACK_TEXTS, WEEKENDS_ONLY } from "../../dist/office/docket/packs/shipped.js";
import { type Player, player, told } from "./court.ts";

export interface FiledCase {
  folder: string;
  players: Record<"registrar" | "complainant" | "respondent", Player>;
}

/**
 * A case that is filed and, where asked, commenced.
 * @param at Unix seconds of its first entry: it is a rehearsal then; null for a case by the clock
 */
export async function fileCase(
  docket: string,
  id: string,
  given: {
    complainant: string;
    respondent: string;
    at: number | null;
    pack?: string;
    commence?: boolean;
    facts?: Record<string, unknown>;
  },
): Promise<FiledCase> {
  const folder = join(docket, id);
  const packId = given.pack ?? "expedited-ai-ip/v1";
  const players = { registrar: player(), complainant: player(), respondent: player() };
  await createCase(folder, {
    id,
    origin: `docket.example/${id}`,
    pack: PACK_TEXTS.get(packId),
    calendar: WEEKENDS_ONLY.data,
    rehearsal: given.at !== null,
  });
  const act = async (role: keyof typeof players, kind: Parameters<typeof enterAct>[1]["kind"], facts: object) =>
    told(await enterAct({ folder, signer: players[role], at: given.at }, { kind, role, facts: { ...facts } }));
  told(
    await enterAct(
      { folder, signer: players.registrar, at: given.at },
      adoptPack(players.registrar.publicKey, { packId, beacon: "local" }),
    ),
  );
  for (const role of ["complainant", "respondent"] as const) {
    const said = { party: given[role], name: `counsel of ${role}`, roles: [role] as Role[] };
    const { publicKey, sign } = players[role];
    await act("registrar", "key.enrolled", countersign(id, { ...said, publicKey }, sign));
  }
  await act("complainant", "complaint", { members: 1, fee: "paid", ...given.facts });
  if (given.commence) await act("registrar", "notice", {});
  return { folder, players };
}
