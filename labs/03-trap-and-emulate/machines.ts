/** The machines of this lab: a guest alone on the processor, and the same one below a component. */
import { exceptionsOf, loadSmallKernel } from "../../src/guests/small-kernel.ts";
import { type CostProfile, Machine } from "../../src/machine/index.ts";
import { deprivilegedVm } from "../../src/systems/trap-and-emulate.ts";
import type { TrapComponent } from "./component.ts";

const MEMORY = 2 << 20;
const RESERVE = 1 << 20;
/** Steps of a small guest: a component that never gets on is stopped here. */
const LIMIT = 2500;
/** Where a program leaves what is looked at. */
export const RESULTS = 0x3000;
const WORDS = 8;

/** Assembly for the small kernel (src/guests/small-kernel.ts), which starts in ring 0. */
export interface Program {
  readonly body: string;
}

/** How it ended, what its kernel's handler wrote down, and what it left at 3000h. */
export function endOf(machine: Machine, { body }: Program): string[] {
  loadSmallKernel(machine, body);
  const stop = machine.run({ limit: LIMIT });
  const words = Array.from({ length: WORDS }, (_, n) =>
    hex(machine.bus.view.getUint32(RESULTS + 4 * n, true)),
  );
  const exceptions = exceptionsOf(machine);
  return [
    stop.reason === "limit" ? "does not come to an end" : `ends with ${stop.reason}`,
    `exceptions in its kernel: ${exceptions.length === 0 ? "none" : exceptions.slice(0, 12).join(", ")}`,
    `at 3000h: ${words.join(" ")}`,
  ];
}

export const onBareMachine = (program: Program): string[] =>
  endOf(new Machine({ memory: MEMORY, firmware: false }), program);

/** `trapping: false`: the x86 that there was. */
export const below = (component: TrapComponent, program: Program, trapping = true): string[] =>
  endOf(smallVm(component, trapping).machine, program);

export const smallVm = (component: TrapComponent, trapping = true, profile?: CostProfile) =>
  deprivilegedVm({
    ...{ memory: MEMORY, reserve: RESERVE, firmware: false, component, trapping },
    ...(profile && { profile }),
  });

const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
