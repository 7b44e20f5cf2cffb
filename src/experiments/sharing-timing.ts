/** What page sharing tells a neighbour: the time of one write. */
import { ESX_2002, probe } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";

export const sharingTiming = defineExperiment({
  name: "sharing-timing",
  title: "A write that takes too long",
  question: "Can a machine learn what is in its neighbour's memory, by the time of its own writes?",
  parameters: {
    sharing: { default: [true, false], unit: "", label: "page sharing", doc: "the host shares equal pages" },
    guess: {
      default: [true, false],
      unit: "",
      label: "right guess",
      doc: "the attacker's page is equal to the victim's",
    },
  },
  columns: { microseconds: { label: "one write", unit: "µs" } },
  seed: 1,
  run: ({ sharing, guess }, seed) => [{ microseconds: probe(guess, sharing, ESX_2002, seed) / 1000 }],
});
