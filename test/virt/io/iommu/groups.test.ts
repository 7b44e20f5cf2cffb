/** Functions that reach each other without the unit go to one guest, or to none. */
import { expect, test } from "vitest";
import { checkAssignment, groupsOf } from "../../../../src/virt/io/iommu/groups.ts";

const GROUPS = groupsOf([
  { requester: 0x18, isolated: false },
  { requester: 0x19, isolated: true },
  { requester: 0x20, isolated: true },
  { requester: 0x21, isolated: true },
]);

test("functions of a device are one group unless all of them are isolated", () => {
  expect(GROUPS).toEqual([[0x18, 0x19], [0x20], [0x21]]);
});

test("half a group is refused by name; a whole one, or one of those that are isolated, is not", () => {
  expect(() => checkAssignment(GROUPS, [0x18])).toThrow("0:3.0 cannot be assigned without 0:3.1");
  for (const wanted of [[0x18, 0x19], [0x20], []])
    expect(() => checkAssignment(GROUPS, wanted)).not.toThrow();
});
