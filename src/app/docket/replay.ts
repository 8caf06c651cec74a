/** Published histories of other forums, folded under a pack of this house: one record a line. */
import { fromUtf8 } from "../../base/bytes.js";
import { readWhole } from "../../host/whole-file.js";
import { shippedPack, WEEKENDS_ONLY } from "../../office/docket/packs/shipped.js";
import { type Replayed, readHistory, replay } from "../../office/docket/replay/udrp-history.js";

/** @param path JSON Lines, a history a line @throws SCHEMA, FORMAT for a line that is none */
export async function replayHistories(path: string): Promise<Replayed[]> {
  const pack = shippedPack("udrp/v1")!;
  const lines = fromUtf8(await readWhole(path), path).split("\n");
  return lines.flatMap((line, at) =>
    line.trim() === "" ? [] : [replay(readHistory(line, `${path}, line ${at + 1}`), pack, WEEKENDS_ONLY)],
  );
}
