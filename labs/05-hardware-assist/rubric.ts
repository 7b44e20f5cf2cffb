/** How the reflection questions of lab 05 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "05-hardware-assist",
  questions: [
    {
      id: "reflection-1",
      title: "2006: the translator wins",
      criteria: [
        {
          id: "mmu",
          text: "Says which exits made the first VT-x slow: those of the memory, not the sensitive instructions.",
          points: 1,
          guide:
            "Page-table writes, CR3 loads and page faults of shadow paging each take an exit on VT-x; the translator turns a store that keeps trapping into a call-out of a few hundred cycles. System calls, the translator's weak point, do not exit at all. Half: 'exits are dear' without which ones are frequent.",
        },
        {
          id: "two-ways",
          text: "Names the two remedies that came: cheaper exits, and fewer (nested paging).",
          points: 1,
          guide:
            "From some 4000 cycles (2005) to below 1000 (2010) for the round trip, and EPT/NPT, which lets the guest write its page tables and load CR3 without an exit. Half: one of the two.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "What a hypervisor must not believe",
      criteria: [
        {
          id: "vectoring",
          text: "Says what is lost when an event that was being delivered is not injected again.",
          points: 1,
          guide:
            "The exit happened in the middle of a delivery, for instance a page fault of the shadow tables while an interrupt's frame was pushed. The interrupt has been acknowledged at its controller; nobody will send it again. A disk or a timer waits for ever. Half: 'the interrupt gets lost' without why nobody repeats it.",
        },
        {
          id: "checks",
          text: "Says why the processor checks the VMCS at every entry, though only the hypervisor writes it.",
          points: 1,
          guide:
            "The guest-state area becomes the processor's state without the checks that instructions make when they load it; a state that no instruction could make (unpaged long mode, a TSS that is none) could break the processor's own invariants, and a hypervisor's bug would become a hole for the guest. Half: 'against mistakes'.",
        },
      ],
    },
  ],
});
