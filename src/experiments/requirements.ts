/**
 * Popek and Goldberg's three requirements, measured on x86 (1974, section 2): the guest behaves as on the bare machine, most of it runs
 * without the monitor, and nothing that it does reaches the machine itself.
 */
import { buildGuest } from "../guests/index.ts";
import { EVENTS, type EventName } from "../machine/index.ts";
import { SYSTEMS } from "../systems/index.ts";
import { defineExperiment } from "./experiment.ts";
import { type Place, placeOf, processorParameter, systemParameter, tryGuest } from "./virtual/systems.ts";

const BARE = SYSTEMS.find(({ type }) => type === "bare")!;

/** What only the owner of a processor may do; the machine counts it where it happens for real. */
const PRIVILEGED: readonly EventName[] = [
  "portIn",
  "portOut",
  "mmio",
  "hlt",
  "crWrite",
  "cr3Write",
  "invlpg",
  "msr",
];

const WORKLOADS = ["fork", "context-switch", "page-fault", "disk-read", "heap-sort"];

export const requirements = defineExperiment({
  name: "requirements",
  title: "Equivalence, efficiency, resource control",
  question: "Which of Popek and Goldberg's three requirements does each technique meet on x86?",
  parameters: {
    system: systemParameter(),
    processor: processorParameter("pentium4"),
    workload: {
      default: ["fork", "disk-read"],
      oneOf: WORKLOADS,
      unit: "",
      doc: "what the guest does, from its boot to its end",
    },
  },
  columns: {
    equivalent: { label: "says what it says on the bare machine", unit: "" },
    end: { label: "how it ended", unit: "" },
    direct: { label: "executed directly", unit: "fraction of the bare machine's instructions" },
    privileged: { label: "privileged operations that reached the machine", unit: "1" },
  },
  run({ system, processor, workload }) {
    const place = placeOf(system, processor);
    if (!place) return [];
    const { image } = buildGuest({ workload, timerHz: 0, ...place.system.guest });
    const bare: Place = { ...place, system: BARE };
    const native = tryGuest(bare, image.slice());
    const here = place.system === BARE ? native : tryGuest(place, image);
    const [from, to] = here.machine.board.marker.marks;
    const [before, after] = here.notes;
    const [first, last] = native.machine.board.marker.marks;
    const count = (name: EventName) => (from && to ? to.counts[name] - from.counts[name] : 0);
    return [
      {
        equivalent: here.end === native.end && here.output === native.output,
        end: here.end,
        direct: before && after ? (after.untouched - before.untouched) / (last!.retired - first!.retired) : 0,
        privileged: EVENTS.filter((name) => PRIVILEGED.includes(name)).reduce(
          (sum, name) => sum + count(name),
          0,
        ),
      },
    ];
  },
});
