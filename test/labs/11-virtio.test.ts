import { expect, test } from "vitest";
import { CHECKS } from "../../labs/11-virtio/checks.ts";
import { LAB } from "../../labs/11-virtio/contract.ts";
import { reference, rowsOf } from "../../labs/11-virtio/measure.ts";
import { component as solution } from "../../labs/11-virtio/solution.ts";
import { component as starter } from "../../labs/11-virtio/starter.ts";
import { unseen } from "../../labs/11-virtio/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({
  ...{ lab: LAB, checks: CHECKS, starter, definitions: [], unseen },
  right: { "the solution": solution },
});

test("the real block device reads the same on the solution as on the reference, the starter nothing", () => {
  const rows = rowsOf(solution);
  expect(rows).toEqual(reference());
  expect(rows.every(({ right }) => right === 64)).toBe(true);
  expect(rows.find(({ disk, batch }) => disk === "virtqueue, event index" && batch === 32)?.exits).toBe(
    2 / 32,
  );
  expect(
    rowsOf(starter)
      .filter(({ right }) => right > 0)
      .every(({ disk }) => disk === "IDE registers"),
  ).toBe(true);
});
