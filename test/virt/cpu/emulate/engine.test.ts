import { type Emulation, emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({
  name: "emulation",
  engine: emulation,
  options: { apart: true },
  exposed: ({ engine, host }) =>
    (engine as Emulation).translations.tlb.leadingOutside(host.machine.bus.ram.length),
});
