/** How the reflection questions of lab 10 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "10-memory-management",
  questions: [
    {
      id: "reflection-1",
      title: "Who pages",
      criteria: [
        {
          id: "double-paging",
          text: "Tells the sequence of transfers, and why it is for nothing.",
          points: 1,
          guide:
            "The host has written the page to its swap file; the guest's own write needs the content, so the host reads it back from there, only for the guest to write it to its own disk: three transfers for one eviction. Likely, because both want to evict what is not in use. Half: 'it is paged twice' without the transfers.",
        },
        {
          id: "balloon",
          text: "Says how a balloon avoids it, and when it is not enough.",
          points: 1,
          guide:
            "The balloon makes the guest choose, and evict, and the host only takes pages with nothing in them. The host swaps when the balloon has no driver, is not yet up (boot), is too slow, or has reached its limit. Half: one of the two.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Why not share",
      criteria: [
        {
          id: "security",
          text: "Names the side channel and what it tells.",
          points: 1,
          guide:
            "A write to a shared page takes longer (copy on write), a shared line can be flushed and timed: a neighbour learns which pages others have, such as programs, versions, parts of keys; bits flipped in a shared page (Rowhammer) hit others as well. Half: 'unsafe' without how.",
        },
        {
          id: "cost",
          text: "Names a cost or a loss of benefit, and for which machines it pays.",
          points: 1,
          guide:
            "Scanning and comparing take processor time and memory bandwidth; large pages, which make nested paging cheap, are seldom equal and would have to be split; guests that randomize their addresses have fewer equal pages. It pays for many equal machines of one owner: virtual desktops, test farms. Half: cost without the machines.",
        },
      ],
    },
  ],
});
