/** Hardware assistance does what every engine must do. */
import { VMX_PROCESSOR } from "../../../src/machine/cpu/model.ts";
import { hardwareAssisted } from "../../../src/virt/cpu/hardware/engine.ts";
import { vtx } from "../../../src/virt/cpu/hardware/vtx.ts";
import { ShadowPager } from "../../../src/virt/mmu/shadow.ts";
import { engineCases } from "./engine.cases.ts";

engineCases({
  name: "VT-x",
  engine: hardwareAssisted({ pager: (parts) => new ShadowPager(parts), format: vtx() }),
  options: { physical: VMX_PROCESSOR },
});
