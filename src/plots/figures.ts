/** Which figure belongs to which experiment. By name alone: plots know rows, not what they were measured on. */
import { balloonOverhead } from "./balloon-overhead.ts";
import { bridgeNat } from "./bridge-nat.ts";
import type { Row } from "./columns.ts";
import { cpuBound } from "./cpu-bound.ts";
import { crossings } from "./crossings.ts";
import { directExecution } from "./direct-execution.ts";
import { diskPaths } from "./disk-paths.ts";
import { dmaFlush } from "./dma-flush.ts";
import { efficiency } from "./efficiency.ts";
import { exitCost } from "./exit-cost.ts";
import type { Figure } from "./figure.ts";
import { fragmentation } from "./fragmentation.ts";
import { idleTax } from "./idle-tax.ts";
import { instructionMap } from "./instruction-map.ts";
import { lmbench } from "./lmbench.ts";
import { nanobenchmarks } from "./nanobenchmarks.ts";
import { nestedWalkCaches } from "./nested-walk-caches.ts";
import { netPaths } from "./net-paths.ts";
import { overcommit } from "./overcommit.ts";
import { pageSharing } from "./page-sharing.ts";
import { pagingChurn } from "./paging-churn.ts";
import { pagingSwitches } from "./paging-switches.ts";
import { pvOps } from "./pv-ops.ts";
import { qemuDocker } from "./qemu-docker.ts";
import { requirements } from "./requirements.ts";
import { sensitivityMap } from "./sensitivity-map.ts";
import { sharingScan } from "./sharing-scan.ts";
import { sharingTiming } from "./sharing-timing.ts";
import { takeBack } from "./take-back.ts";
import { tlbGeometry } from "./tlb-geometry.ts";
import { tlbReach } from "./tlb-reach.ts";
import { tlbTags } from "./tlb-tags.ts";
import { viommu } from "./viommu.ts";
import { walkReferences } from "./walk-references.ts";
import { xenNet } from "./xen-net.ts";
import { xenRings } from "./xen-rings.ts";

/** The rows are those of the experiment of that name, which is tested to give what its figure takes. */
export const FIGURES: Readonly<Record<string, (rows: readonly Row[]) => Figure>> = {
  "formal-map": (rows) => sensitivityMap(rows as never),
  "direct-execution": (rows) => directExecution(rows as never),
  "sensitive-instructions": (rows) => instructionMap(rows as never),
  nanobenchmarks: (rows) => nanobenchmarks(rows as never),
  lmbench: (rows) => lmbench(rows as never),
  "cpu-bound": (rows) => cpuBound(rows as never),
  "pv-ops": (rows) => pvOps(rows as never),
  efficiency: (rows) => efficiency(rows as never),
  crossings: (rows) => crossings(rows as never),
  requirements: (rows) => requirements(rows as never),
  "exit-cost": (rows) => exitCost(rows as never),
  "walk-references": (rows) => walkReferences(rows as never),
  "tlb-geometry": (rows) => tlbGeometry(rows as never),
  "nested-walk-caches": (rows) => nestedWalkCaches(rows as never),
  "tlb-reach": (rows) => tlbReach(rows as never),
  "tlb-tags": (rows) => tlbTags(rows as never),
  "balloon-overhead": (rows) => balloonOverhead(rows as never),
  "idle-tax": (rows) => idleTax(rows as never),
  overcommit: (rows) => overcommit(rows as never),
  "page-sharing": (rows) => pageSharing(rows as never),
  "sharing-scan": (rows) => sharingScan(rows as never),
  "sharing-timing": (rows) => sharingTiming(rows as never),
  "take-back": (rows) => takeBack(rows as never),
  fragmentation: (rows) => fragmentation(rows as never),
  "paging-churn": (rows) => pagingChurn(rows as never),
  "paging-switches": (rows) => pagingSwitches(rows as never),
  "disk-paths": (rows) => diskPaths(rows as never),
  "net-paths": (rows) => netPaths(rows as never),
  "xen-net": (rows) => xenNet(rows as never),
  "xen-rings": (rows) => xenRings(rows as never),
  "bridge-nat": (rows) => bridgeNat(rows as never),
  "dma-flush": (rows) => dmaFlush(rows as never),
  viommu: (rows) => viommu(rows as never),
  "qemu-docker": (rows) => qemuDocker(rows as never),
};
