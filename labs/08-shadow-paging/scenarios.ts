/** The way in which lab 08 drives a component: a guest on the small machine. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { ShadowPaging } from "./component.ts";
import { SmallMachine } from "./machine.ts";
import { showEntry, showEvent, type World } from "./world.ts";

/** What the guest saw of each access and how many exits it took, what must never be, and the guest's tables in the end. */
const guest: Scenario<ShadowPaging, World, string[]> = {
  drive(component, world) {
    const machine = new SmallMachine(component, world);
    const lines = machine.run(world.events);
    return [...lines, `exits: ${machine.exits}`];
  },
  describe: ({ entries, devices, root, events }) =>
    [
      ...Object.entries(entries).map(([place, entry]) => `${place} is ${showEntry(entry)}`),
      ...(devices.length > 0 ? [`no memory: frames ${devices.join(", ")}`] : []),
      `CR3 is frame ${root}`,
      ...events.map(showEvent),
    ].join("\n"),
};

export const SCENARIOS = defineScenarios<ShadowPaging>()({ guest, "guest-many": each(guest) });
