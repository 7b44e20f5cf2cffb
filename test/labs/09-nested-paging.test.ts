import { expect, test } from "vitest";
import { CHECKS } from "../../labs/09-nested-paging/checks.ts";
import { LAB } from "../../labs/09-nested-paging/contract.ts";
import { HostMemory } from "../../labs/09-nested-paging/memory.ts";
import { fourByFour } from "../../labs/09-nested-paging/situations.ts";
import { component as solution } from "../../labs/09-nested-paging/solution.ts";
import { component as starter } from "../../labs/09-nested-paging/starter.ts";
import { unseen } from "../../labs/09-nested-paging/unseen.ts";
import { everyLab } from "./every-lab.ts";

everyLab({ lab: LAB, checks: CHECKS, right: { "the solution": solution }, starter, definitions: [], unseen });

test("four guest levels and n nested ones make (4 + 1)(n + 1) − 1 references", () => {
  const counts = [0, 1, 2, 3, 4].map((levels) => {
    const { request, guest, ept, words } = fourByFour(levels);
    const memory = new HostMemory(words);
    expect(solution.walk(request, guest, ept, memory).kind).toBe("page");
    return memory.events.length;
  });
  expect(counts).toEqual([4, 9, 14, 19, 24]);
});
