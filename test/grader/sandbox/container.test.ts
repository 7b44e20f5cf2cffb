import { appendFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { docker, podman } from "../../../grader/sandbox/container.ts";
import { testAttacks } from "./attacks.case.ts";
import { testEndings } from "./endings.case.ts";

/** Engines need a service or a set-up of their own, which an integration machine has no reason to have: never required. */
for (const sandbox of [docker, podman]) {
  const availability = await sandbox.probe();
  if (!availability.works) {
    if (process.env.RINGLAB_SKIPS) {
      appendFileSync(
        process.env.RINGLAB_SKIPS,
        `skipped ${sandbox.name} as a sandbox: ${availability.why}\n`,
      );
    }
    test(`${sandbox.name} says why it does not work here`, () => {
      expect(availability.why).not.toBe("");
      expect(availability.install).toMatch(/^apt install /);
    });
    continue;
  }
  describe(sandbox.name, () => {
    describe("ends", () => testEndings(sandbox));
    describe("withstands one that", () => testAttacks(sandbox, { environment: ["PWD"], spawn: "done" }));
  });
}
