/** The ways in which lab 05 drives a component: single decisions, and a guest in non-root operation. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { Allowed, Exit, HardwareAssist, Waiting, Wish } from "./component.ts";
import { Hypervisor, type Program, show } from "./hypervisor.ts";

const hex = (value: number) => `${(value >>> 0).toString(16)}h`;

export interface Field {
  readonly wish: Wish;
  readonly allowed: Allowed;
}

export const showValue = (value: number | null) => (value === null ? "not on this processor" : hex(value));

const controls: Scenario<HardwareAssist, Field, string> = {
  drive: (component, { wish, allowed }) => showValue(component.controls(wish, allowed)),
  describe: ({ wish, allowed }) =>
    `required ${hex(wish.required)}, optional ${hex(wish.optional)}; must ${hex(allowed.must)}, may ${hex(allowed.may)}`,
};

const exit: Scenario<HardwareAssist, Exit, string> = {
  drive: (component, input) => show(component.onExit(input)),
  describe: ({ reason, qualification, length, interruption, error }) =>
    `reason ${reason}, qualification ${hex(qualification)}, length ${length}, interruption ${hex(interruption)}, error ${hex(error)}`,
};

const inject: Scenario<HardwareAssist, Waiting, string> = {
  drive(component, waiting) {
    const { information, error, window } = component.inject(waiting);
    return `${information.toString(16)}h, error ${error.toString(16)}h${window ? ", and the window" : ""}`;
  },
  describe: ({ vectoring, vectoringError, exception, nmi, nmiBlocked, interrupt, interruptible }) =>
    [
      ...(vectoring >>> 31 ? [`was being delivered: ${hex(vectoring)}, error ${hex(vectoringError)}`] : []),
      ...(exception
        ? [
            `exception ${exception.vector}${exception.error === null ? "" : ` with error ${hex(exception.error)}`}`,
          ]
        : []),
      ...(nmi ? [`an NMI${nmiBlocked ? ", in an NMI handler" : ""}`] : []),
      ...(interrupt === null ? [] : [`interrupt ${interrupt}, ${interruptible ? "" : "not "}interruptible`]),
    ].join("; ") || "nothing waits",
};

/** Everything that came to the hypervisor, and the guest's registers in the end. */
const guest: Scenario<HardwareAssist, Program, string[]> = {
  drive: (component, program) => new Hypervisor(component, program).run(),
  describe: ({ processor, source, interrupts }) =>
    `${processor}${interrupts.length > 0 ? `, interrupts ${interrupts.join(", ")}` : ""}:\n${source}`,
};

export const SCENARIOS = defineScenarios<HardwareAssist>()({
  controls,
  exit,
  inject,
  guest,
  "controls-many": each(controls),
  "exit-many": each(exit),
  "inject-many": each(inject),
  "guest-many": each(guest),
});
