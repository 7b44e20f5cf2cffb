/** What the lab measures: rows for plots and tables. */
import { readsOf } from "./expected.ts";

const ADDRESSES = 64;

/** TODO Rows of your experiment, counted by mechanism. */
export function measure(pages: readonly number[]) {
  return pages.flatMap((count) => {
    const entries = Array.from({ length: count }, (_, page) => 2 * page + 1);
    const addresses = Array.from({ length: ADDRESSES }, (_, n) => (7 * n) % (16 * count));
    const { fewest, naive } = readsOf({ entries, addresses });
    return [
      { pages: count, walker: "keeps nothing", reads: naive },
      { pages: count, walker: "keeps entries", reads: fewest },
    ];
  });
}
