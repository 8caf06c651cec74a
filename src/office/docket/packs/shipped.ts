/** Rule packs and the calendar that ship. A pack is never changed under its name once it is released: `test/office/docket-udrp.test.ts` holds their digests. */
import { type RulePack, readPack } from "../pack/rule-pack.js";
import { type Calendar, readCalendar } from "../time/calendar.js";
import expedited from "./expedited-ai-ip-v1.json" with { type: "json" };
import udrp from "./udrp-v1.json" with { type: "json" };
import weekends from "./weekends-only-v1.json" with { type: "json" };

export const SHIPPED_PACKS: readonly RulePack[] = [expedited, udrp].map((pack) => readPack(pack, pack.id));
/** As given, for those who write it into a case. */
export const PACK_TEXTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  [expedited.id, expedited],
  [udrp.id, udrp],
]);
export const WEEKENDS_ONLY: Calendar = readCalendar(weekends, weekends.id);

/** @param id with its version, such as `udrp/v1` */
export function shippedPack(id: string): RulePack | undefined {
  return SHIPPED_PACKS.find(({ data }) => data.id === id);
}
