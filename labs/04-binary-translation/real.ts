/** The real thing: our guest's kernel boots in the translator, with its disk, paging, processes and system calls. */
import { buildGuest, expectedOutput } from "../../src/guests/index.ts";
import { type Machine, Machine as Pc, PROFILES } from "../../src/machine/index.ts";
import { createVmware } from "../../src/systems/index.ts";
import type { Translator } from "./component.ts";
import { endOf, policyOf } from "./play.ts";

const MEMORY = 8 << 20;
const STEPS = 50_000_000;
const WORKLOAD = { workload: "baseline", memory: 8 } as const;
const PROFILE = PROFILES.find(({ id }) => id === "pentium4")!;

/** One line for the bare machine, one for the translator: how it ended, and what was counted. */
export function bootRows(component: Translator) {
  const { image } = buildGuest(WORKLOAD);
  const options = { memory: MEMORY, profile: PROFILE, disks: [image] };
  const bare = run(new Pc(options));
  const { machine, engine } = createVmware({ ...options, policy: policyOf(component) });
  const translated = run(machine);
  const count = (name: string) => engine.crossings.get(name) ?? 0;
  return {
    rows: [
      { machine: "bare", ...bare, "call-outs": 0, "instructions translated": 0 },
      {
        ...{ machine: "translated", ...translated },
        "call-outs": machine.trace.count("callout"),
        "instructions translated": engine.translations.counts.instructions,
      },
    ],
    ways: [...engine.crossings].map(([cause, times]) => ({ "way out of the guest": cause, times })),
    chained: engine.translations.cache.chained,
    exits: count("call-out: translate"),
  };
}

function run(machine: Machine) {
  let output = "";
  machine.onSerial((byte) => {
    output += String.fromCharCode(byte);
  });
  const end = endOf(machine, STEPS);
  const right = output.includes(expectedOutput("baseline"));
  return { end, "what it printed": right ? "what it must" : JSON.stringify(output) };
}
