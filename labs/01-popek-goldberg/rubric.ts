/** How the reflection questions of lab 01 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "01-popek-goldberg",
  questions: [
    {
      id: "reflection-1",
      title: "VMware on a machine that fails Theorem 1",
      criteria: [
        {
          id: "sufficient",
          text: "The theorem gives a sufficient condition for one kind of monitor; failing it proves nothing about other kinds.",
          points: 1,
          guide:
            "Theorem 1 says: if every sensitive instruction is privileged, a (trap-and-emulate) monitor can be built. It does not say that no monitor exists otherwise. Half: 'the theorem was not wrong' without the direction of the implication.",
        },
        {
          id: "assumption",
          text: "Names the assumption given up: guest kernel code is no longer executed directly.",
          points: 1,
          guide:
            "The paper's monitor runs all innocuous instructions of the guest by the hardware, unmodified, and gets control by traps alone. VMware translated the guest kernel's code before it ran (user code still ran directly). Half: 'binary translation' without saying which property of the monitor this breaks (efficiency in the strict sense).",
        },
        {
          id: "popf",
          text: "Says what became of an instruction like POPF.",
          points: 1,
          guide:
            "The translator replaces POPF by code (or a call into the monitor) that updates the virtual IF and leaves the real one alone, so that the silent loss of IF in ring 3 never happens. Half: 'it is replaced' without what the replacement does.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "POPF and RDTSC with VT-x",
      criteria: [
        {
          id: "quadrant",
          text: "Puts POPF of a guest kernel in non-root mode among the innocuous, unprivileged instructions.",
          points: 1,
          guide:
            "Not sensitive and not privileged: it does not trap, and need not. Half: the quadrant without a reason.",
        },
        {
          id: "why",
          text: "Explains it: non-root mode gives the guest its own copy of the state that POPF reads and writes.",
          points: 1,
          guide:
            "IF and IOPL in non-root mode are the guest's own; external interrupts exit whatever the guest's IF is, so POPF no longer touches a resource of the monitor. The guest kernel really runs in ring 0. Half: 'the hardware handles it'.",
        },
        {
          id: "rdtsc",
          text: "RDTSC: time is outside of the paper's properties; gives a reason to let it trap.",
          points: 1,
          guide:
            "Equivalence excludes timing, so the paper says nothing about RDTSC (resource control is not it: reading the counter allocates nothing). Trap it for migration between hosts of different clock rates, deterministic replay, hiding stolen time or the monitor itself. An offset alone (TSC offsetting) is a good remark. Half: one of the two parts.",
        },
      ],
    },
  ],
});
