/** How the reflection questions of lab 07 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "07-paging-and-tlb",
  questions: [
    {
      id: "reflection-1",
      title: "Real TLBs, and what a database does",
      criteria: [
        {
          id: "reach",
          text: "Explains the slow database by TLB reach, with numbers, and says what large pages change.",
          points: 1,
          guide:
            "Reach is entries times page size: some 1,500 entries of a second level times 4 KiB are 6 MiB, far below the data; with 2 MiB pages 3 GiB. Each miss costs a walk, whose references may miss the caches as well. Half: 'fewer misses' without entries times size.",
        },
        {
          id: "price",
          text: "Names a price of large pages.",
          points: 1,
          guide:
            "Internal fragmentation; contiguous free memory is hard to find later (external fragmentation of physical memory, compaction); zeroing and copying take longer; coarser protection, sharing and swapping; copy-on-write of 2 MiB. Half: 'waste memory' without saying where.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Why segments went",
      criteria: [
        {
          id: "fragmentation",
          text: "Says why paging won, with both kinds of fragmentation and what compaction costs.",
          points: 1,
          guide:
            "Pages have no external fragmentation and lose half a page a tenant on average; segments lose between tenants (some 10 to 20 per cent in the plot), or copy memory to get it back, while whoever is moved stands still. Half: only one of the two kinds.",
        },
        {
          id: "monitor",
          text: "Says what a monitor could do with segment limits that page tables did not give it, or why x86-64 made that impossible.",
          points: 1,
          guide:
            "VMware's translator truncated the guest's segments, so that the monitor's own area in the same address space was out of reach without a check for each access. In 64-bit mode base and limit are ignored (but for FS and GS), so the protection was gone; AMD brought limit checks back for a time (LMSLE). Half: 'protection' without the mechanism.",
        },
      ],
    },
  ],
});
