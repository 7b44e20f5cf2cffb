/** How the reflection questions of lab 15 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "15-containers",
  questions: [
    {
      id: "reflection-1",
      title: "Root in a container",
      criteria: [
        {
          id: "map",
          text: "Says what the map changes for a file that the container's root makes, and why the attack then fails.",
          points: 1,
          guide:
            "The file belongs to kernel id 100000, and so does whoever executes it as set-user-ID; that id owns nothing outside. Capabilities count in the container's user namespace alone. Half: 'root is not root' without ids.",
        },
        {
          id: "remains",
          text: "Names something that user namespaces do not protect from.",
          points: 1,
          guide:
            "One kernel for all: a bug in it, in any of its system calls, is everybody's; and an unprivileged user can now reach code that only root could reach before (mounting, network filters). Also: resources, a shared directory of the wrong owner, a map that has the host's root in it. Half: 'containers are less secure' without a way.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "A limit that hurts",
      criteria: [
        {
          id: "stairs",
          text: "Explains from the counters why the slow requests are slow although the processor is idle.",
          points: 1,
          guide:
            "A request that needs more than is left of the quota waits for the next period; nr_throttled and throttled_usec count that, and the average use stays far below the limit. Several threads use one quota up together, so it ends earlier. Half: 'the limit is too low' without the period.",
        },
        {
          id: "cure",
          text: "Names a change that helps, and what it costs.",
          points: 1,
          guide:
            "A weight in place of a quota (no upper bound any more, so that neighbours matter); a shorter period (more switches and timers); a larger quota, or fewer threads; burst (saved time is spent at once). Half: a change without its price.",
        },
      ],
    },
  ],
});
