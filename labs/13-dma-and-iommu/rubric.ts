/** How the reflection questions of lab 13 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "13-dma-and-iommu",
  questions: [
    {
      id: "reflection-1",
      title: "Who may wait",
      criteria: [
        {
          id: "danger",
          text: "Says what can happen in the window, and to whom.",
          points: 1,
          guide:
            "The page is free memory again and may hold somebody else's data, or the kernel's own structures; the device reads or overwrites them until the flush. An attacker needs a device that it controls, or one with a fault. Half: 'it is unsafe' without what the page holds by then.",
        },
        {
          id: "choice",
          text: "Chooses by whom the device belongs to, with a reason.",
          points: 1,
          guide:
            "Deferred for a device inside, which is trusted and whose driver is; strict for what is plugged in from outside (Thunderbolt) and for a device that is a guest's. A guest that has all its memory mapped once needs neither: the boundary is the guest, not the buffer. Half: a choice without a reason.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "Interrupts by writing",
      criteria: [
        {
          id: "write",
          text: "Explains that an interrupt message is a write that the guest's device can make anywhere in the window.",
          points: 1,
          guide:
            "A message-signalled interrupt is a write to FEExxxxx; a device does one by DMA whenever its driver gives it that address. Page tables do not filter it. Any vector on any processor could be raised. Half: 'the device sends wrong interrupts' without how.",
        },
        {
          id: "identity",
          text: "Says why the requester can be relied on, and where it cannot.",
          points: 1,
          guide:
            "The requester is put on the request by the hardware of slot and bridge, and the table belongs to the host. It fails for functions that share one identity, behind a bridge from PCI Express to PCI, or where requests pass between functions without going up: hence groups, and ACS. Half: one of the two.",
        },
      ],
    },
  ],
});
