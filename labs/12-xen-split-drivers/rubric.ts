/** How the reflection questions of lab 12 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "12-xen-split-drivers",
  questions: [
    {
      id: "reflection-1",
      title: "Whom must you trust",
      criteria: [
        {
          id: "grants",
          text: "Says what a grant keeps a driver domain from, and what it does not.",
          points: 1,
          guide:
            "It reaches no page that was not granted to it, and cannot write one that was granted for reading; the granter cannot reuse a page while it is in use. But what it is given it can read, change, answer wrongly or never answer. Half: one of the two.",
        },
        {
          id: "hardware",
          text: "Explains why a driver domain with a card still needs an IOMMU.",
          points: 1,
          guide:
            "The card reaches memory by itself, at machine addresses that the driver gives it; page tables and grants bind processors only. Half: 'DMA' without saying what it goes around.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Kept pages",
      criteria: [
        {
          id: "why",
          text: "Explains why keeping pages mapped can win although every byte is copied.",
          points: 1,
          guide:
            "Mapping costs two hypercalls for a request, a checked entry for each page and an invalidation of translations, on many processors an interrupt to each of them and a lock of the grant table; a copy of a near page costs less and holds no lock. Half: 'no hypercalls' alone.",
        },
        {
          id: "price",
          text: "Names what it costs besides the copy.",
          points: 1,
          guide:
            "Pages of the guest's that stay granted and pinned, a limit of them for each front end, and the driver domain can look into them at any time, also after a request was answered. Half: memory alone.",
        },
      ],
    },
  ],
});
