/** How the reflection questions of lab 06 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "06-paravirt-ops",
  questions: [
    {
      id: "reflection-1",
      title: "Why page tables, and what came after",
      criteria: [
        {
          id: "safety",
          text: "Says why a guest must not have a writable mapping of a page table that the processor uses.",
          points: 1,
          guide:
            "Whoever can write to a table that CR3 leads to can map any machine frame, the monitor's and other guests' too, without being asked. Checking at the time of the request is worth nothing when the entry can be changed afterwards. Half: 'isolation' without how it would be broken.",
        },
        {
          id: "nested",
          text: "Says what made direct paging unnecessary, and what it costs instead.",
          points: 1,
          guide:
            "Nested paging (EPT, NPT): the guest's tables hold guest-physical frames and may be written freely, a second table of the monitor's translates again. No hypercall and no check for an update; in return a TLB miss walks two dimensions. Half: EPT named without the price.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "One kernel for all",
      criteria: [
        {
          id: "one-image",
          text: "Says what distributions gained from one image, and why patching was needed for that.",
          points: 1,
          guide:
            "One kernel to build, test and support for the bare machine and every hypervisor, and no reinstallation. It was acceptable only because patched sites cost nearly nothing on the bare machine; indirect calls on every CLI and STI would have been paid by everybody. Half: only 'less work'.",
        },
        {
          id: "left-over",
          text: "Names an operation that is still paravirtual under VT-x with EPT, and why.",
          points: 1,
          guide:
            "For instance: a paravirtual clock (reading time without an exit), TLB shootdowns and IPIs by hypercall, end of interrupt without an exit, steal time, spinlocks that yield, virtio. What remains is what the hardware does not do without an exit, or what only the hypervisor knows. Half: a correct name without a reason.",
        },
      ],
    },
  ],
});
