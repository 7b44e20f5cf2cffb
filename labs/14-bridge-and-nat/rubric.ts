/** How the reflection questions of lab 14 are graded. */
import { defineRubric, type Rubric } from "../../src/course/index.ts";

export const RUBRIC: Rubric = defineRubric({
  lab: "14-bridge-and-nat",
  questions: [
    {
      id: "reflection-1",
      title: "Not a firewall",
      criteria: [
        {
          id: "protects",
          text: "Says what the filter does keep out, and by which entry of the table.",
          points: 1,
          guide:
            "A packet that nobody has asked for finds no mapping, or none that knows its sender, and is dropped. Half: 'the addresses are hidden' without the table.",
        },
        {
          id: "fails",
          text: "Names two things that it does not protect from.",
          points: 1,
          guide:
            "Whatever a machine inside fetches itself; a peer that it has spoken to, at any of its ports; other guests of the same host; hole punching, forwarded ports, a program that opens them; IPv6 beside it. Half: one of them.",
        },
      ],
    },
    {
      id: "reflection-2",
      title: "A bridge in a data centre",
      criteria: [
        {
          id: "flood",
          text: "Explains how invented source addresses turn the switch into a hub.",
          points: 1,
          guide:
            "The table is bounded; when it is full of invented stations, new ones are not learned, and frames for them are flooded to everybody, who can read them. Half: 'the table is full' without the consequence.",
        },
        {
          id: "cure",
          text: "Names a cure, and why a host can apply it so easily.",
          points: 1,
          guide:
            "The host has given the guest its address and knows the port: it drops frames with another source (anti-spoofing), bounds stations for each port, or fills the table by itself without learning. Half: a cure without the reason.",
        },
      ],
    },
  ],
});
