import { VIRTUALIZABLE } from "../../../../src/machine/cpu/model.ts";
import { trapAndEmulate } from "../../../../src/virt/cpu/trap-emulate/engine.ts";
import { ShadowPager } from "../../../../src/virt/mmu/shadow.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({
  name: "trap and emulate, on an x86 whose sensitive instructions trap",
  engine: trapAndEmulate({ pager: (parts) => new ShadowPager(parts) }),
  options: { physical: VIRTUALIZABLE },
});
