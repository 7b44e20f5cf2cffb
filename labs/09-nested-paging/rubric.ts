/** How the reflection questions of lab 09 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "09-nested-paging",
  questions: [
    {
      id: "reflection-1",
      title: "Which one for whom",
      criteria: [
        {
          id: "price",
          text: "Says what nested paging saves and what it charges, and on which events each depends.",
          points: 1,
          guide:
            "It saves the exits that follow from page-table writes, address-space switches, INVLPG and hidden page faults; it charges for TLB misses, whose walk has up to (g+1)(n+1)−1 references instead of g. So it depends on the rate of page-table changes against that of TLB misses. Half: 'EPT is faster' or 'walks are longer' alone.",
        },
        {
          id: "large",
          text: "Says what large pages do on the host's side and on the guest's, and why both matter.",
          points: 1,
          guide:
            "On the host's side they take one level away from each of the g+1 nested walks and make nested structures cover more; on the guest's they take away a whole row. The TLB keeps the smaller of both sizes, so its reach grows only if both are large. Half: one side only.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Stale",
      criteria: [
        {
          id: "leak",
          text: "Tells how a forgotten INVEPT lets a guest reach a page that is no longer its own.",
          points: 1,
          guide:
            "The hypervisor takes a page away (ballooning, swapping, migration), clears the entry and gives the frame to another guest; a combined mapping in a TLB, tagged with the VPID and the EPT root, still leads the first one there. On other processors' TLBs too: an IPI is needed. Half: 'stale translation' without whose page it is.",
        },
        {
          id: "guests",
          text: "Says why a hypervisor need not do anything for the guest's own INVLPG or MOV CR3 under nested paging, and needed to under shadow paging.",
          points: 1,
          guide:
            "The processor drops the combined mappings of the current VPID itself: the guest's tables are walked by the hardware. Under shadow paging these instructions are the moments at which the shadow may be out of date, so they exit. Half: only one of the two.",
        },
      ],
    },
  ],
});
