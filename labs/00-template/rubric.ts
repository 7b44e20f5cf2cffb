/** How the reflection questions are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "00-template",
  // TODO What a good answer says, one criterion a thought.
  questions: [
    {
      id: "reflection-1",
      title: "What keeps entries in a real processor",
      criteria: [
        {
          id: "tlb",
          text: "Names the TLB.",
          points: 1,
          guide: "Half: describes a cache of translations without its name.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "When kept entries lie",
      criteria: [
        {
          id: "stale",
          text: "Says that an entry may change in memory after it was kept, and who must say so.",
          points: 1,
          guide: "The kernel invalidates it (INVLPG, a write to CR3). Half: only that entries grow old.",
        },
      ],
    },
  ],
});
