/** How the reflection questions of lab 08 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "08-shadow-paging",
  questions: [
    {
      id: "reflection-1",
      title: "Why a shadow may be old",
      criteria: [
        {
          id: "tlb",
          text: "Says why a shadow that is out of sync shows the guest nothing that it could not see on a bare machine.",
          points: 1,
          guide:
            "A TLB may hold a translation that was true since the last INVLPG or MOV CR3, however the tables have changed; a guest that is right says INVLPG or loads CR3 before it relies on the change. The stale shadow is such a TLB. Half: 'the guest flushes the TLB anyway' without why that is enough.",
        },
        {
          id: "limits",
          text: "Names a case in which the pager must not be as lazy as a TLB, and why.",
          points: 1,
          guide:
            "For instance: an address that was never used leads to the table from now on (no TLB can know it); an entry that was not present before (never cached); a directory, through which whole tables change places; a table whose shadow is used by another address space. Half: the case without the reason.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "What took its place, and where it still is",
      criteria: [
        {
          id: "nested",
          text: "Says what nested paging takes off the monitor, and what it costs instead.",
          points: 1,
          guide:
            "The guest writes its tables, CR3 and INVLPG without an exit, and no shadow must be kept; a TLB miss walks both tables, up to 24 references in place of 4. Half: only one side.",
        },
        {
          id: "still",
          text: "Names a place where shadow page tables are used today, and why.",
          points: 1,
          guide:
            "For instance: nested virtualization, where the inner hypervisor's EPT is shadowed into one EPT, because the hardware knows two dimensions and not three; processors without EPT; IOMMU tables of a guest that are shadowed; agile paging. Half: a correct place without a reason.",
        },
      ],
    },
  ],
});
