/** Which descriptors a guest may have. */
import { expect, test } from "vitest";
import { checkedDescriptor } from "../../../../src/virt/cpu/paravirt/descriptors.ts";
import { GUEST_END } from "../../../../src/virt/cpu/paravirt/interface.ts";

/** Base, limit field, access byte, flags: int32 halves. */
function descriptor(base: number, limit: number, access: number, flags: number) {
  return {
    low: (limit & 0xffff) | (base << 16),
    high: (base & 0xff000000) | ((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf0000) | (flags << 20),
  };
}
const check = (...of: Parameters<typeof descriptor>) => {
  const { low, high } = descriptor(...of);
  return checkedDescriptor(low, high);
};
const end = (checked: { low: number; high: number }) => {
  const base = ((checked.low >>> 16) | ((checked.high & 0xff) << 16) | (checked.high & 0xff000000)) >>> 0;
  const units = ((checked.low & 0xffff) | (checked.high & 0xf0000)) + 1;
  return base + units * ((checked.high & (1 << 23)) !== 0 ? 4096 : 1);
};

test("flat segments of rings 1 and 3 end where the monitor begins", () => {
  for (const access of [0xba, 0xb2, 0xfa, 0xf2]) {
    const checked = check(0, 0xfffff, access, 0xc);
    expect(end(checked!)).toBe(GUEST_END);
  }
});

test("a segment that ends below is left as it is; one that wraps round is cut", () => {
  expect(check(0x1000, 0xffff, 0xf2, 0x4)).toEqual(descriptor(0x1000, 0xffff, 0xf2, 0x4));
  expect(end(check(0xc0000123, 0xfffff, 0xf2, 0xc)!)).toBeLessThanOrEqual(GUEST_END);
  expect(end(check(0xfc300000, 0xfffff, 0xf2, 0x4)!)).toBeLessThanOrEqual(GUEST_END);
});

test.each([
  ["code of ring 0", 0, 0xfffff, 0x9a, 0xc],
  ["data of ring 0", 0, 0xfffff, 0x92, 0xc],
  ["conforming code of ring 0", 0, 0xfffff, 0x9e, 0xc],
  ["expand-down data", 0, 0, 0xf6, 0xc],
  ["a base in the monitor", 0xfc400000, 0, 0xf2, 0x4],
  ["a TSS", 0, 0x67, 0xe9, 0],
  ["an LDT", 0, 0xffff, 0xe2, 0],
  ["a call gate", 0x1000, 0xe008, 0xec, 0],
  ["a task gate", 0, 0, 0xe5, 0],
] as const)("%s is refused", (_, base, limit, access, flags) => {
  expect(check(base, limit, access, flags)).toBeUndefined();
});

test("what is not present may be anything", () => {
  expect(check(0xfc400000, 0xfffff, 0x12, 0xc)).toEqual(descriptor(0xfc400000, 0xfffff, 0x12, 0xc));
});
