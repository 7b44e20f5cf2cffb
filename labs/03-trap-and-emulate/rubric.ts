/** How the reflection questions of lab 03 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "03-trap-and-emulate",
  questions: [
    {
      id: "reflection-1",
      title: "The 68000's MOVE from SR",
      criteria: [
        {
          id: "sensitive",
          text: "Says why the instruction was sensitive: SR holds the supervisor bit and the interrupt mask, so a kernel moved to user mode sees the real ones.",
          points: 1,
          guide:
            "In the lab's words: it is PUSHFD and MOV from CS at once, an unprivileged instruction that reads what a virtual machine has of its own. Half: 'it is privileged information' without what a moved kernel would read wrong.",
        },
        {
          id: "theorem",
          text: "Says that making it privileged makes the machine virtualizable in the sense of Popek and Goldberg: now it traps, and the monitor answers.",
          points: 1,
          guide: "Half: 'for security', without the trap that a monitor needs.",
        },
        {
          id: "price",
          text: "Names the price: programs that used it stopped working, or trap for every use.",
          points: 1,
          guide:
            "Programs of the 68000 used MOVE from SR to save the condition codes; on the 68010 they trap, and the system emulates it (there is MOVE from CCR for them now). Half: 'compatibility' without an example.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Hardware that traps, and is slower",
      criteria: [
        {
          id: "product",
          text: "Writes the overhead as a product: how often it traps, times what a trap and its emulation cost.",
          points: 1,
          guide:
            "Must refer to the measurement: while traps are rare, every trap adds the same 1200 cycles or so. Half: 'traps are expensive' alone.",
        },
        {
          id: "hardware",
          text: "Says what later processors changed: an exit became cheaper, and the processor does more without an exit.",
          points: 1,
          guide:
            "The round trip fell from some 4000 cycles (Pentium 4) to below 1000; nested paging, virtual APIC, and the guest's own IF and CR access remove exits. Half: one of the two.",
        },
        {
          id: "software",
          text: "Says how translation avoided the traps: CLI becomes a few ordinary instructions on a virtual flag in memory.",
          points: 1,
          guide:
            "The translator replaces the instruction in place, so there is no change of ring; only what is rare calls the monitor. Half: 'translation is faster' without the reason.",
        },
      ],
    },
  ],
});
