/** How the reflection questions of lab 16 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "16-qemu-vs-docker",
  questions: [
    {
      id: "reflection-1",
      title: "Five reports",
      criteria: [
        {
          id: "explained",
          text: "Explains three of the five figures of the opening plot by what was compared.",
          points: 1,
          guide:
            "Below 1: builds of sysbench that differ, for KVM executes the same instructions. 2.1 and 2.2: translation on a processor with a slow divider, and a Docker in a virtual machine. 5.8: translation. 14 thousand: a loop without work. Half: two of them.",
        },
        {
          id: "detected",
          text: "For one of them names the measurement or record that would have shown it.",
          points: 1,
          guide:
            "The versions of both sides; a second limit and the law of operations; the host as a third target; the accelerator that QEMU says it uses. Half: 'measure more carefully'.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "What may be concluded",
      criteria: [
        {
          id: "technology",
          text: "Tells emulation from virtualization, and limits the conclusion to what was measured.",
          points: 1,
          guide:
            "The measured distance is that of a translator; a virtual machine with KVM runs the same arithmetic at the host's speed, as simulated. Half: 'QEMU is slow' with the accelerator named.",
        },
        {
          id: "absence",
          text: "Tells 'no difference detected' from 'no difference', by means of the interval.",
          points: 1,
          guide:
            "The interval says which differences remain possible; to exclude 1 % needs an interval that is narrower than that, so more or calmer repetitions. Half: 'the sample is too small'.",
        },
      ],
    },
    {
      id: "reflection-3",
      title: "A design of one's own",
      criteria: [
        {
          id: "varied",
          text: "Three scenarios, each of which differs from another in one thing, and a reason for each.",
          points: 2,
          guide:
            "The one thing is named, and what it is expected to change. Half: scenarios that differ in several things at once, or no reasons.",
        },
        {
          id: "held",
          text: "Says what is held the same for all targets, and how it is made sure.",
          points: 1,
          guide:
            "Two of: one root file system or image with the same sysbench, the same options and file set, processors and memory by limit, page cache treated alike, duration of 30 s or more. Half: one of them.",
        },
        {
          id: "repeated",
          text: "Chooses repetitions, warm-ups and order, with a reason from this lab.",
          points: 1,
          guide:
            "Five or more, for the interval's sake; a warm-up, for the first run is slower; mixed, for machines drift. Half: numbers without a reason.",
        },
      ],
    },
  ],
});
