/** What it takes to get pages back from a guest, by its balloon, by unplugging its memory, or behind its back. */
import { ESX_2002, takeBack } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";

const WAYS = ["balloon", "unplug", "swap"] as const;

export const takeBackExperiment = defineExperiment({
  name: "take-back",
  title: "Getting pages back",
  question: "What does a page cost that a guest gives back, and what does batching save?",
  parameters: {
    way: {
      default: [...WAYS],
      oneOf: [...WAYS],
      unit: "",
      doc: "any pages, certain pages, or pages that the host chooses",
    },
    batch: {
      default: [1, 4, 16, 64, 256],
      min: 1,
      max: 512,
      integer: true,
      unit: "pages",
      doc: "in one exit of the balloon's, or in a block that is unplugged; swapping has none",
    },
    used: { default: 0.5, min: 0, max: 1, unit: "1", doc: "of the guest's pages that are in use" },
    pages: { default: 2048, min: 512, max: 65_536, integer: true, unit: "1", doc: "of the guest" },
    wanted: { default: 512, min: 1, max: 32_768, integer: true, unit: "pages", doc: "that are to come back" },
  },
  columns: {
    taken: { label: "pages that came", unit: "1" },
    exits: { label: "exits", unit: "1" },
    moves: { label: "pages moved in the guest", unit: "1" },
    transfers: { label: "pages to or from a disk", unit: "1" },
    cpu: { label: "processor time of a page", unit: "µs" },
    inExits: { label: "of it, in exits", unit: "%" },
    disk: { label: "disk time of a page", unit: "µs" },
  },
  seed: 1,
  run({ way, batch, used, pages, wanted }, seed) {
    const plan = { way: way as (typeof WAYS)[number], batch, used, pages, wanted, prices: ESX_2002, seed };
    const { taken, exits, moves, transfers, cpu, disk, exitTime } = takeBack(plan);
    const each = (ns: number) => (taken === 0 ? 0 : ns / taken / 1000);
    const inExits = cpu === 0 ? 0 : (100 * exitTime) / cpu;
    return [{ taken, exits, moves, transfers, cpu: each(cpu), inExits, disk: each(disk) }];
  },
});
