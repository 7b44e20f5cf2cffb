import { type Emulation, emulation } from "../../../../src/virt/cpu/emulate/engine.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({
  name: "emulation",
  engine: emulation,
  options: { apart: true },
  // PUSHAD is eight look-ups in the software TLB; and flags that nobody sees are not there to be looked at.
  late: 512,
  exposed: ({ engine, host }) =>
    (engine as Emulation).translations.tlb.leadingOutside(host.machine.bus.ram.length),
});
