/** How the experiment was laid out. One row each: the condition that asks for a remark, and the remark. */
import { groups } from "d3-array";
import type { Scenario } from "../../record.ts";
import { working } from "../cells.ts";
import type { Check, Finding } from "../finding.ts";
import type { Run } from "../read.ts";

/** Start-ups take what they take. */
export const isTimed = ({ cases }: Scenario): boolean =>
  cases.some(({ workload }) => workload.kind !== "startup");

type Remark = Omit<Finding, "check">;

/** What the homework asks for. */
const SECONDS = 30;

const RULES: readonly ((run: Run) => Remark[])[] = [
  ({ facts }) =>
    facts.scenarios
      .filter((scenario) => isTimed(scenario) && scenario.seconds < SECONDS)
      .map(({ name, seconds }) => ({
        severity: "warn",
        scenario: name,
        what: `${seconds} s a repetition: the homework asks for ${SECONDS} s, and short runs measure their start`,
        todo: `set "seconds" of the scenario to ${SECONDS} or more`,
      })),
  ({ facts }) =>
    facts.warmups > 0
      ? []
      : [
          {
            severity: "warn",
            what: "no warm-up: first repetitions pay for caches, translation and frequency",
            todo: "run it with --warmups 1",
          },
        ],
  ({ facts, repetitions }) => {
    const order = repetitions.filter(({ warmup }) => !warmup).map(({ target }) => target);
    const blocks = order.filter((target, at) => target !== order[at - 1]).length;
    const targets = new Set(order).size;
    return targets < 2 || facts.repetitions < 2 || blocks > targets
      ? []
      : [
          {
            severity: "warn",
            what: "one target ran after the other: what changed on the machine meanwhile looks like a difference of targets",
            todo: "let the harness mix the order of repetitions",
          },
        ];
  },
  ({ facts }) =>
    groups(facts.scenarios, ({ cases }) => JSON.stringify(cases.map(({ workload }) => workload)))
      .filter(
        ([, alike]) =>
          new Set(alike.map(({ resources, pageCache }) => JSON.stringify([resources, pageCache]))).size <
          alike.length,
      )
      .map(([, alike]) => ({
        severity: "warn",
        what: `scenarios ${alike.map(({ name }) => name).join(" and ")} hold the same work with the same resources`,
        todo: "vary what the scenario is to show",
      })),
  ({ facts }) => {
    const targets = working(facts);
    return targets.length > 1
      ? []
      : [
          {
            severity: "warn",
            what: `${targets.length === 0 ? "no target works" : `only ${targets[0]!.name} works`} here: there is nothing to compare with`,
            todo: 'see "ringlab compare doctor" for what to install',
          },
        ];
  },
];

export const design: Check = {
  name: "design",
  mistake:
    "runs of a few seconds, no warm-up, all of one target and then all of the other, one sort of scenario",
  look: (run) => RULES.flatMap((rule) => rule(run)).map((remark) => ({ check: "design", ...remark })),
};
