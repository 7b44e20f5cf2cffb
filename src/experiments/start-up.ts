/** From nothing to a program's first instruction: a process, a container, virtual machines. */
import { guestState, startContainer, worldWithImage } from "../systems/os/index.ts";
import { defineExperiment } from "./experiment.ts";
import { slope } from "./virtual/slope.ts";
import { type Place, placeOf, processorParameter } from "./virtual/systems.ts";

/** Target → the system that it is measured on. */
const SYSTEM = { process: "native", container: "docker", kvm: "kvm-ept", qemu: "qemu" };
type Target = keyof typeof SYSTEM;
const TARGETS = Object.keys(SYSTEM) as Target[];

export const startUp = defineExperiment({
  name: "start-up",
  title: "From nothing to a program",
  question: "How long does it take until a program runs: in a process, a container, a virtual machine?",
  parameters: {
    target: {
      default: TARGETS,
      oneOf: TARGETS,
      unit: "",
      doc: "a process is made and executes a program; for a container the kernel is asked for all that Docker asks it for as well; a machine is switched on and boots",
    },
    processor: processorParameter("zen5"),
  },
  columns: {
    microseconds: { label: "to the program's first instruction", unit: "µs" },
    cycles: { label: "cycles", unit: "1" },
    calls: { label: "system calls before it, without fork and exec", unit: "1" },
  },
  run({ target, processor }) {
    const place = placeOf(SYSTEM[target], processor);
    if (!place) return [];
    const { system, profile } = place;
    const isMachine = target === "kvm" || target === "qemu";
    const calls = target === "container" ? callsOfContainer() : 0;
    const cycles = isMachine
      ? guestState(system, profile, { processes: 1, pages: 1, seed: 1 }).started
      : ofProcess(place) + (calls > 0 ? calls * systemCall(place) : 0);
    return [{ microseconds: (cycles / profile.hertz) * 1e6, cycles, calls }];
  },
});

/** Fork, exec, and the exit and wait without which there would be no second one. */
const ofProcess = (place: Place): number => slope(place, { workload: "exec" }, 8).cycles;

/** The way into the kernel and back: what the kernel does in between for a mount or a namespace is not in it. */
const systemCall = (place: Place): number => slope(place, { workload: "null-call" }, 100).cycles;

/** fork and exec have been paid for already. */
const callsOfContainer = (): number =>
  startContainer(worldWithImage("/image", { files: 1 }), "c1", { layers: ["/image"] }) - 2;
