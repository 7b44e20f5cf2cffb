/** How the reflection questions of lab 02 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "02-modes-and-rings",
  questions: [
    {
      id: "reflection-1",
      title: "Xen's kernels in ring 1, and then in ring 3",
      criteria: [
        {
          id: "protection-32",
          text: "Says what protected Xen from a kernel in ring 1 on 32-bit machines: segment limits.",
          points: 1,
          guide:
            "Paging tells apart only supervisor (rings 0 to 2) and user (ring 3), so pages alone cannot protect Xen from ring 1. Segment limits kept the guest kernel out of Xen's part at the top of the address space. Half: segments named without why paging is not enough.",
        },
        {
          id: "protection-64",
          text: "Says why this is gone in 64-bit mode.",
          points: 1,
          guide:
            "64-bit mode ignores base and limit of CS, DS, ES and SS, and paging still knows two levels only; so the kernel must be user (ring 3) for the page tables to keep it out of Xen, in page tables of its own beside those of its processes. Half: 'no segmentation in 64-bit mode' without the consequence.",
        },
        {
          id: "seventeen",
          text: "Xen could live with the 17 instructions because its guest kernels are changed; VMware's are not.",
          points: 1,
          guide:
            "A paravirtualized kernel has the sensitive instructions replaced by hypercalls or by accesses to shared memory (the event mask instead of IF) in its source; it never executes them. VMware ran binaries it could not change, so it had to find and rewrite them at run time. Half: 'paravirtualization' without what becomes of the instructions.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "The Red Pill",
      criteria: [
        {
          id: "how",
          text: "Explains the Red Pill as a trial: SIDT completes in ring 3 and shows the monitor's IDTR.",
          points: 1,
          guide:
            "SIDT does not trap in ring 3 and stores the real IDTR; the monitor must keep its own IDT there, at another address than the guest's own. In the lab's words: a trial that differs in IDTR, where `seen` differs: the leak `tables`. Half: correct, but not in terms of trials.",
        },
        {
          id: "umip",
          text: "Judges CR4.UMIP: SIDT in ring 3 faults, so the value no longer leaks, if the monitor answers the fault.",
          points: 1,
          guide:
            "With UMIP, SIDT at CPL > 0 raises #GP; the monitor can emulate it and store the guest's value. It would have stopped this probe (the processors of 2004 had no UMIP). A good remark: a program in a native system would see a fault as well, or a dummy value by its kernel. Half: 'yes' without the fault.",
        },
        {
          id: "vtx",
          text: "Judges VT-x: the guest has an IDTR of its own; names what remains.",
          points: 1,
          guide:
            "With VT-x IDTR is part of the guest state, so SIDT shows the guest's own table. Of the lab's leaks `resources` may remain: the time stamp counter, in that exits cost time, and ports or devices that answer otherwise. `tables`, `status`, `protection` and `silence` are closed. Half: the first part only.",
        },
      ],
    },
  ],
});
