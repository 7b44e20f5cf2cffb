/** Hardware assistance does what every engine must do, in both formats. */
import { SVM_PROCESSOR, VMX_PROCESSOR } from "../../../../src/machine/cpu/model.ts";
import { GENERATIONS, type VmxCapabilities } from "../../../../src/machine/vmx/capabilities.ts";
import { hardwareAssisted } from "../../../../src/virt/cpu/hardware/engine.ts";
import { svm } from "../../../../src/virt/cpu/hardware/svm.ts";
import { vtx } from "../../../../src/virt/cpu/hardware/vtx.ts";
import { nestedPager } from "../../../../src/virt/mmu/nested.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { engineCases } from "../engine.cases.ts";

const SAME_ENGINE = "EPT runs it, and the formats differ in what the self-test and the fragments do";
const ONE_IS_ENOUGH = "a generation differs from the first one by controls, which the self-test enters with";

const generation = (id: string) => GENERATIONS.find((one) => one.id === id) as VmxCapabilities;

engineCases({
  name: "VT-x",
  engine: hardwareAssisted({ pager: shadow, format: vtx() }),
  options: { physical: VMX_PROCESSOR },
});

engineCases({
  name: "VT-x of the latest generation",
  engine: hardwareAssisted({ pager: shadow, format: vtx(GENERATIONS.at(-1) as VmxCapabilities) }),
  options: { physical: VMX_PROCESSOR },
  skips: {
    "a storm of interrupts": ONE_IS_ENOUGH,
    "a timer that interrupts, and a processor that sleeps": ONE_IS_ENOUGH,
    "a run that is cut into pieces, and goes on from a snapshot in another machine, ends the same":
      ONE_IS_ENOUGH,
    "processes, pipes, demand paging and copy on write": ONE_IS_ENOUGH,
    "a disk that interrupts": ONE_IS_ENOUGH,
    "the same run twice is the same to the cycle": ONE_IS_ENOUGH,
  },
});

engineCases({
  name: "VT-x with EPT",
  engine: hardwareAssisted({ pager: nestedPager(), format: vtx(generation("nehalem")) }),
  options: { physical: VMX_PROCESSOR },
});

engineCases({
  name: "VT-x with EPT, accessed and dirty flags, and real mode in the guest",
  engine: hardwareAssisted({
    pager: nestedPager({ largest: 12, marks: true }),
    format: vtx(generation("haswell")),
  }),
  options: { physical: VMX_PROCESSOR },
  skips: {
    "a storm of interrupts": SAME_ENGINE,
    "a timer that interrupts, and a processor that sleeps": SAME_ENGINE,
    "processes, pipes, demand paging and copy on write": SAME_ENGINE,
    "a disk that interrupts": SAME_ENGINE,
    "the same run twice is the same to the cycle": SAME_ENGINE,
  },
});

engineCases({
  name: "SVM",
  engine: hardwareAssisted({ pager: shadow, format: svm() }),
  options: { physical: SVM_PROCESSOR },
});

engineCases({
  name: "SVM with NPT",
  engine: hardwareAssisted({ pager: nestedPager({ format: "npt" }), format: svm() }),
  options: { physical: SVM_PROCESSOR },
  skips: {
    "a storm of interrupts": SAME_ENGINE,
    "a timer that interrupts, and a processor that sleeps": SAME_ENGINE,
    "processes, pipes, demand paging and copy on write": SAME_ENGINE,
    "a disk that interrupts": SAME_ENGINE,
    "the same run twice is the same to the cycle": SAME_ENGINE,
  },
});
