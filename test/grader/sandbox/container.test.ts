import { appendFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { docker, podman } from "../../../grader/sandbox/container.ts";
import { testAttacks } from "./attacks.case.ts";
import { testEndings } from "./endings.case.ts";

/** Engines need a service or a set-up of their own, which an integration machine has no reason to have: never required. */
for (const sandbox of [docker, podman]) {
  const availability = await sandbox.probe();
  if (!availability.works && process.env.RINGLAB_SKIPS) {
    appendFileSync(process.env.RINGLAB_SKIPS, `skipped container.test.ts: ${availability.why}\n`);
  }
  describe.skipIf(!availability.works)(sandbox.name, () => {
    test("works here", () => expect(availability).toEqual({ works: true }));
    describe("ends", () => testEndings(sandbox));
    describe("withstands one that", () =>
      testAttacks(sandbox, { environment: ["PWD"], spawn: "done", open: [] }));
  });
}
