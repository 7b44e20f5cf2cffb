/** How the reflection questions of lab 11 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "11-virtio",
  questions: [
    {
      id: "reflection-1",
      title: "Who may lie",
      criteria: [
        {
          id: "damage",
          text: "Says what a hostile chain does to a device that trusts it, and to whom.",
          points: 1,
          guide:
            "The device runs in the host, for other guests as well: an endless chain hangs it, an index beyond the table reads memory that is no descriptor, a wrong length overflows what the device allocated. Half: 'it crashes' without saying whose process.",
        },
        {
          id: "twice",
          text: "Explains the danger of reading a field twice.",
          points: 1,
          guide:
            "The guest's other processors write while the device reads: what was checked is not what is used. Read once into memory of one's own, then check and use that copy. Half: names the race without the remedy.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "When nobody tells",
      criteria: [
        {
          id: "race",
          text: "Tells the sequence in which a request is lost, and how it is prevented.",
          points: 1,
          guide:
            "The device sees an empty ring; the driver adds a chain, sees that no kick is wanted, and does not kick; the device asks for kicks and sleeps. After asking, the device must look again. Half: only one of the two sides.",
        },
        {
          id: "polling",
          text: "Says what polling costs, and when it pays.",
          points: 1,
          guide:
            "A processor that polls does nothing else (vhost-user, SPDK); it pays at high rates or when latency counts more than processors. Half: cost or benefit alone.",
        },
      ],
    },
  ],
});
