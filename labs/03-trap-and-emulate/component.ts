/** What the student writes, as TypeScript sees it: what the simulator's own monitor is made of. */
export type {
  Decision,
  Delivery,
  Effects,
  Event,
  Gate,
  Raised,
  Trap,
  TrapComponent,
  Trapped,
  VirtualCpu,
} from "../../src/systems/trap-and-emulate.ts";
