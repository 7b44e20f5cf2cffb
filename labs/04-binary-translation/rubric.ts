/** How the reflection questions of lab 04 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "04-binary-translation",
  questions: [
    {
      id: "reflection-1",
      title: "Static translation, and what only run time knows",
      criteria: [
        {
          id: "discovery",
          text: "Says why code cannot be found by reading an image: data between code, indirect branches, code that is loaded or made later.",
          points: 1,
          guide:
            "x86 instructions have many lengths, and the same bytes decode differently from another start; targets of RET and of indirect branches are known only when they are taken; modules and just-in-time code come later. Half: one of these, without saying what goes wrong.",
        },
        {
          id: "writes",
          text: "Says what a write to code means for code that was translated before, and how the monitor hears of it.",
          points: 1,
          guide:
            "The translation is out of date: the page is write-protected (traced), the write faults, blocks made from the bytes go and branches to them are unchained. A translation made once and ahead has nobody to do so. Half: 'it gets stale' without the mechanism.",
        },
        {
          id: "user",
          text: "Says why programs in ring 3 need no translation here, and when they would.",
          points: 1,
          guide:
            "In ring 3 what is privileged traps, and what a program may see of the sensitive instructions matters little to it: direct execution. They would need it where user code depends on IOPL, on virtual IF, on what SIDT and friends show, or where the instruction set is another one (QEMU). Half: 'it does not execute privileged instructions'.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Translation against VT-x of the first generation",
      criteria: [
        {
          id: "exit",
          text: "Compares the costs: a call-out or an inlined sequence against an exit of thousands of cycles.",
          points: 1,
          guide:
            "VT-x in 2005: every sensitive event is an exit of a few thousand cycles, stateless decoding in the monitor. The translator replaces CLI or a page-table write's trap by a few instructions in line, or by a call of tens of cycles. Half: 'exits are slow' without what the translator does in their place.",
        },
        {
          id: "where",
          text: "Names a workload for each side.",
          points: 1,
          guide:
            "Translation wins with many privileged instructions, device accesses, page-table updates (processes, context switches); hardware wins with system calls, and with indirect branches and returns in the kernel, which run unchanged. Half: one side only.",
        },
        {
          id: "today",
          text: "Says what has changed since: cheaper exits, nested paging.",
          points: 1,
          guide:
            "Exit costs fell from about 3000 cycles to under 1000, EPT/NPT took page-table updates away from the monitor. VMware gave binary translation up. Half: 'hardware is faster now'.",
        },
      ],
    },
  ],
});
