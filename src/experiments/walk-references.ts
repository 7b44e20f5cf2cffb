/** What a TLB miss costs in references to memory, natively and in two dimensions, counted off real walks. */
import { UNIT } from "../machine/profiles/unit.ts";
import { defineExperiment } from "./experiment.ts";
import { PAGE_SIZES, type PageSize, World } from "./walks/world.ts";

const SIZES = Object.keys(PAGE_SIZES) as PageSize[];
const NONE = "none";
const HOST: readonly (PageSize | typeof NONE)[] = [NONE, ...SIZES];
const RAM = 4 << 20;
/** Of the page: away from the tables' addresses. */
const AT = 2 ** 39;
const BITS_OF_A_LEVEL = 9;

/** Levels that are left above a page of a size. */
const levelsTo = (size: PageSize, levels: number) => levels - (PAGE_SIZES[size] - 12) / BITS_OF_A_LEVEL;

export const walkReferences = defineExperiment({
  name: "walk-references",
  title: "What a TLB miss reads",
  question: "How many entries does a page walk read, with g levels of the guest's and n of the monitor's?",
  parameters: {
    levels: { default: 4, oneOf: [4, 5], unit: "levels", doc: "of the tables, guest's and monitor's" },
    guest: { default: SIZES, oneOf: SIZES, unit: "", doc: "size of the guest's page", label: "guest's page" },
    host: {
      default: HOST,
      oneOf: HOST,
      unit: "",
      doc: "size of the monitor's pages; none: no second dimension",
      label: "monitor's page",
    },
  },
  columns: {
    guestLevels: { label: "levels of the guest's tables, g", unit: "1" },
    hostLevels: { label: "levels of the monitor's tables, n", unit: "1" },
    references: { label: "references", unit: "1" },
    nested: { label: "of them to the monitor's tables", unit: "1" },
    formula: { label: "(g + 1)(n + 1) − 1", unit: "1" },
  },
  run({ levels, guest, host }) {
    const depth = levels === 5 ? 5 : 4;
    const world = new World({ profile: { ...UNIT, gigabytePages: true }, ram: RAM, levels: depth });
    const shift = PAGE_SIZES[guest];
    const root = world.space({ from: AT, to: 0, bytes: 2 ** shift, shift });
    if (host !== NONE) world.mmu.setSecondDimension(world.machine(host));
    world.start(root);
    world.read(AT);
    const { trace } = world;
    const [g, n] = [levelsTo(guest, depth), host === NONE ? 0 : levelsTo(host, depth)];
    return [
      {
        guestLevels: g,
        hostLevels: n,
        references: trace.count("walkReference"),
        nested: trace.count("nestedReference"),
        formula: (g + 1) * (n + 1) - 1,
      },
    ];
  },
});
