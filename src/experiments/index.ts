/** Every experiment by its name, and what runs them. */
import { balloonOverhead } from "./balloon-overhead.ts";
import { bridgeNat } from "./bridge-nat.ts";
import { copyUpExperiment } from "./copy-up.ts";
import { cpuBound } from "./cpu-bound.ts";
import { crossings } from "./crossings.ts";
import { density } from "./density.ts";
import { directExecution } from "./direct-execution.ts";
import { diskPaths } from "./disk-paths.ts";
import { dmaFlush } from "./dma-flush.ts";
import { efficiency } from "./efficiency.ts";
import { exitCost } from "./exit-cost.ts";
import type { Experiment } from "./experiment.ts";
import { formalMap } from "./formal-map.ts";
import { fragmentation } from "./fragmentation.ts";
import { idleTax } from "./idle-tax.ts";
import { lmbench } from "./lmbench.ts";
import { nanobenchmarks } from "./nanobenchmarks.ts";
import { suggestion } from "./nearest.ts";
import { nestedWalkCaches } from "./nested-walk-caches.ts";
import { netPaths } from "./net-paths.ts";
import { overcommit } from "./overcommit.ts";
import { pageSharing } from "./page-sharing.ts";
import { pagingChurn } from "./paging-churn.ts";
import { pagingSwitches } from "./paging-switches.ts";
import { BadPoint } from "./parameter.ts";
import { pvOps } from "./pv-ops.ts";
import { qemuDocker } from "./qemu-docker.ts";
import { requirements } from "./requirements.ts";
import { sensitiveInstructions } from "./sensitive-instructions.ts";
import { sharingScan } from "./sharing-scan.ts";
import { sharingTiming } from "./sharing-timing.ts";
import { startUp } from "./start-up.ts";
import { takeBackExperiment } from "./take-back.ts";
import { tlbGeometry } from "./tlb-geometry.ts";
import { tlbReach } from "./tlb-reach.ts";
import { tlbTags } from "./tlb-tags.ts";
import { viommu } from "./viommu.ts";
import { walkReferences } from "./walk-references.ts";
import { xenNet } from "./xen-net.ts";
import { xenRings } from "./xen-rings.ts";

export {
  type Column,
  columnsOf,
  defineExperiment,
  type Experiment,
  type Row,
  rowsAt,
  type Watch,
} from "./experiment.ts";
export { grid, type Job, type Seeds, type Settings } from "./grid.ts";
export { nearest, suggestion } from "./nearest.ts";
export { type Parallel, runParallel } from "./parallel.ts";
export { BadPoint, domain, type Parameter, parameterOf, parseValue, type Value } from "./parameter.ts";
export { run, runJob } from "./run.ts";
export * from "./sensitive/index.ts";

/** In the order of the labs that they belong to. */
export const EXPERIMENTS: readonly Experiment[] = [
  formalMap,
  directExecution,
  sensitiveInstructions,
  nanobenchmarks,
  lmbench,
  cpuBound,
  pvOps,
  efficiency,
  crossings,
  exitCost,
  walkReferences,
  tlbGeometry,
  nestedWalkCaches,
  tlbTags,
  tlbReach,
  requirements,
  overcommit,
  balloonOverhead,
  idleTax,
  pageSharing,
  sharingScan,
  sharingTiming,
  takeBackExperiment,
  fragmentation,
  pagingChurn,
  pagingSwitches,
  diskPaths,
  netPaths,
  xenNet,
  xenRings,
  dmaFlush,
  bridgeNat,
  viommu,
  qemuDocker,
  startUp,
  density,
  copyUpExperiment,
];

/** @throws {BadPoint} when there is none of that name */
export function experiment(name: string): Experiment {
  const found = EXPERIMENTS.find((each) => each.name === name);
  if (found) return found;
  const names = EXPERIMENTS.map((each) => each.name);
  throw new BadPoint(`there is no experiment ${name}; ${suggestion(name, names)}`);
}
