/** What axe has against a page, a line a rule with the first element at fault; empty is clean. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/**
 * A page of one frame is judged where it stands. Frame by frame axe hands every node that passed to a second page, which
 * doubles its work and changes nothing it finds; so do selectors of those nodes, which nobody reads.
 */
export async function axeFaults(page: Page): Promise<string[]> {
  const builder = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
  const { violations, passes } = await builder.setLegacyMode(page.frames().length === 1).analyze();
  // Rules that passed show that axe ran.
  if (passes.length === 0) throw new Error("axe found nothing to judge");
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
