/** Every pager agrees with the naive model on result, error code and the A and D bits left in the guest's tables. */
import { nestedPager } from "../../../src/virt/mmu/nested.ts";
import { shadow } from "../../../src/virt/mmu/shadow.ts";
import { EVERYTHING } from "../../../src/virt/mmu/traced/options.ts";
import { tracedPager } from "../../../src/virt/mmu/traced/traced.ts";
import { accessCases } from "./access.cases.ts";

accessCases("naive shadows", shadow);
accessCases("traced shadows", tracedPager());
accessCases("traced shadows with everything", tracedPager(EVERYTHING));
accessCases("EPT", nestedPager({ largest: 12 }));
accessCases("EPT with accessed and dirty flags", nestedPager({ marks: true }));
accessCases("NPT", nestedPager({ format: "npt" }));
accessCases("agile paging", tracedPager({ agile: { after: 1, interval: 5 } }), { agile: true });
