/** The ways in which lab 15 drives a component: by itself, and inside a kernel that performs a container's system calls. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import { World } from "../../src/systems/os/kernel-policies.ts";
import type { BornProcess, Containers, Extent, Found, Intent, Listed, Under } from "./component.ts";

export interface Pids {
  readonly parents: readonly (number | null)[];
  readonly process: BornProcess;
  readonly asked: readonly number[];
}

export interface Ids {
  readonly map: readonly Extent[];
  readonly asked: readonly { readonly id: number; readonly to: "kernel" | "namespace" }[];
}

/** Groups by their places, and what happens to them. */
export interface Accounts {
  readonly groups: readonly { readonly weight: number; readonly quota: number | null }[];
  readonly steps: readonly ({ readonly group: number; readonly ran: number } | { readonly period: number })[];
}

export interface Asked {
  readonly intent: Intent;
  readonly inUpper: readonly boolean[];
  readonly under: Under;
}

export const showPid = (namespace: number, pid: number): string =>
  `in namespace ${namespace}: ${pid === 0 ? "no PID" : `PID ${pid}`}`;

const pids: Scenario<Containers, Pids, string[]> = {
  drive: (component, { parents, process, asked }) =>
    asked.map((namespace) => showPid(namespace, component.pidIn(process, namespace, parents))),
  describe: ({ parents, process, asked }) =>
    [
      ...parents.flatMap((parent, at) => (parent === null ? [] : [`namespace ${at} is made in ${parent}`])),
      `a process is born in namespace ${process.namespace}, as PID ${process.pids.join(", ")} from the first one down`,
      `its PID in ${asked.join(", ")}`,
    ].join("\n"),
};

const SIDES = { kernel: ["the namespace's", "the kernel's"], namespace: ["the kernel's", "the namespace's"] };

export const showId = (id: number, to: "kernel" | "namespace", answer: number | null): string =>
  `${SIDES[to][0]} ${id} → ${answer === null ? "nobody" : `${SIDES[to][1]} ${answer}`}`;

const ids: Scenario<Containers, Ids, string[]> = {
  drive: (component, { map, asked }) =>
    asked.map(({ id, to }) => showId(id, to, component.translate(map, id, to))),
  describe: ({ map, asked }) =>
    [
      ...map.map(({ inner, outer, count }) => `line: inner ${inner}, outer ${outer}, count ${count}`),
      ...asked.map(({ id, to }) => `${SIDES[to][0]} ${id}`),
    ].join("\n"),
};

const thousandths = (value: number) => Math.round(value * 1000) / 1000;

export const showCharge = (group: number, ran: number, virtualTime: number, left: number): string =>
  `group ${group} ran ${ran} µs → virtual time ${thousandths(virtualTime)}, left ${thousandths(left)}`;
export const showRefill = (group: number, left: number): string =>
  `group ${group} begins a period → left ${thousandths(left)}`;

const accounts: Scenario<Containers, Accounts, string[]> = {
  drive(component, { groups, steps }) {
    const state = groups.map(({ weight, quota }) => ({ weight, quota, virtualTime: 0, left: quota ?? 0 }));
    return steps.map((step) => {
      if ("period" in step) {
        const account = state[step.period]!;
        account.left = component.refill(account);
        return showRefill(step.period, account.left);
      }
      const account = state[step.group]!;
      const { virtualTime, left } = component.charge(account, step.ran);
      [account.virtualTime, account.left] = [virtualTime, left];
      return showCharge(step.group, step.ran, virtualTime, left);
    });
  },
  describe: ({ groups, steps }) =>
    [
      ...groups.map(
        ({ weight, quota }, at) =>
          `group ${at}: weight ${weight}, ${quota === null ? "no quota" : `quota ${quota} µs`}`,
      ),
      ...steps.map((step) =>
        "period" in step ? `group ${step.period} begins a period` : `group ${step.group} runs ${step.ran} µs`,
      ),
    ].join("\n"),
};

const word = (one: Found | null): string =>
  one === null
    ? "-"
    : one.opaque
      ? "opaque directory"
      : { directory: "directory", whiteout: "whiteout", other: "file" }[one.kind];

export const showSeen = (found: readonly (Found | null)[], seen: readonly number[]): string =>
  `${found.map(word).join(", ")} → ${seen.length === 0 ? "nothing is seen" : `layer ${seen.join(", ")}`}`;

const names: Scenario<Containers, readonly (readonly (Found | null)[])[], string[]> = {
  drive: (component, asked) => asked.map((found) => showSeen(found, component.resolve(found))),
  describe: (asked) =>
    asked.map((found) => `under a name, the topmost layer first: ${found.map(word).join(", ")}`).join("\n"),
};

const directory: Scenario<Containers, readonly (readonly Listed[])[], string[]> = {
  drive: (component, layers) => [...component.list(layers)].sort(),
  describe: (layers) =>
    layers
      .map(
        (layer, at) =>
          `layer ${at}: ${layer.map((one) => `${one.name} (${word(one)})`).join(", ") || "empty"}`,
      )
      .join("\n"),
};

const showAsked = ({ intent, inUpper, under }: Asked): string =>
  `${intent}, on the way ${inUpper.map((there) => (there ? "upper" : "-")).join(" / ")}, ${under.whiteout ? "a whiteout" : "no whiteout"}, ${under.below ? "something" : "nothing"} below`;

export const showChange = (asked: Asked, copy: readonly number[], leave: string): string =>
  `${showAsked(asked)} → copy ${copy.join(", ") || "nothing"}; leave ${leave}`;

const changes: Scenario<Containers, readonly Asked[], string[]> = {
  drive: (component, list) =>
    list.map((asked) => {
      const { copy, leave } = component.change(asked.intent, asked.inUpper, asked.under);
      return showChange(asked, copy, leave);
    }),
  describe: (list) => list.map(showAsked).join("\n"),
};

/** Lines of system calls, as a real kernel was asked as well. */
const kernel: Scenario<Containers, readonly string[], string[]> = {
  drive(component, lines) {
    const world = new World({ lookup: component, union: component, charging: component });
    return lines.map((line) => `${line} → ${world.perform(line)}`);
  },
  describe: (lines) => lines.join("\n"),
};

export const SCENARIOS = defineScenarios<Containers>()({
  ...{ pids, ids, accounts, names, directory, changes, kernel },
  "pids-many": each(pids),
  "ids-many": each(ids),
  "accounts-many": each(accounts),
  "names-many": each(names),
  "directory-many": each(directory),
  "changes-many": each(changes),
  "kernel-many": each(kernel),
});
