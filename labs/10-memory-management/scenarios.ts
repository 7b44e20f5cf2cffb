/** The ways in which lab 10 drives a component: claims on too little memory, and pages on a small host. */
import { defineScenarios, each, type Scenario } from "../../src/course/index.ts";
import type { Claim, MemoryManagement } from "./component.ts";
import { SmallHost, type Start, type Step } from "./host.ts";

export interface Scarcity {
  readonly claims: readonly Claim[];
  readonly available: number;
  readonly tax: number;
}

export interface History extends Start {
  readonly steps: readonly Step[];
}

const targets: Scenario<MemoryManagement, Scarcity, number[]> = {
  drive: (component, { claims, available, tax }) => component.targets(claims, available, tax),
  describe: ({ claims, available, tax }) =>
    [
      ...claims.map(
        ({ shares, pages, min, active }, at) =>
          `machine ${at + 1}: ${shares} shares, ${pages} pages, at least ${min}, ${100 * active} % in use`,
      ),
      `${available} pages for all, a tax of ${100 * tax} %`,
    ].join("\n"),
};

/** Everything that was done, what it cost, and what must never be. */
export function play(
  host: SmallHost,
  steps: readonly Step[],
  component: Pick<MemoryManagement, "scan" | "write">,
) {
  for (const step of steps) {
    host.events.push(step.kind === "scan" ? `scan page ${step.page}` : `write to page ${step.page}`);
    if (step.kind === "scan") component.scan(step.page, host);
    else {
      if (host.isShared(host.frame(step.page))) component.write(step.page, host);
      host.store(step.page, step.content);
    }
  }
  return [...host.events, host.totals(), ...host.broken()];
}

const share: Scenario<MemoryManagement, History, string[]> = {
  drive: (component, history) => play(new SmallHost(history), history.steps, component),
  describe: ({ pages, shared, remembered, steps }) =>
    [
      `pages ${Object.entries(pages)
        .map(([page, content]) => `${page}: ${content}`)
        .join(", ")}; a page's hash is its letter`,
      ...shared.map((group) =>
        group.length > 1
          ? `${group.join(" and ")} share a frame`
          : `${group[0]} is the last of a shared frame`,
      ),
      ...remembered.map(({ page, as }) => `the frame of ${page} is remembered, from when it was ${as}`),
      `then: ${steps.map((step) => (step.kind === "scan" ? `scan ${step.page}` : `write ${step.content} to ${step.page}`)).join(", ")}`,
    ].join("\n"),
};

export const SCENARIOS = defineScenarios<MemoryManagement>()({
  targets,
  share,
  "targets-many": each(targets),
  "share-many": each(share),
});
