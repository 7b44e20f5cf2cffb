/** Encodings and widths of the VMCS (SDM Vol. 3, Appendix B), and reading and writing them. */
import { expect, test } from "vitest";
import { FIRST_GENERATION, GENERATIONS, supportedFields } from "../../../src/machine/vmx/capabilities.ts";
import {
  FIELD_NAMES,
  FIELDS,
  fieldName,
  isHighAccess,
  isReadOnly,
  slotOf,
  widthOf,
} from "../../../src/machine/vmx/fields.ts";
import { VM_ERROR } from "../../../src/machine/vmx/reasons.ts";
import { Vmcs } from "../../../src/machine/vmx/vmcs.ts";
import { LATEST } from "./rig.ts";

test("a name's first word is the group that its encoding says", () => {
  for (const name of FIELD_NAMES) {
    const group = (FIELDS[name] >> 10) & 3;
    if (name.startsWith("host")) expect([name, group]).toEqual([name, 3]);
    else if (name.startsWith("guest") && !/^guest(Physical|Linear)Address$/.test(name))
      expect([name, group]).toEqual([name, 2]);
    else expect([name, group === 3]).toEqual([name, false]);
  }
});

test("no two fields share an encoding or a slot, and none asks for a high half", () => {
  expect(new Set(FIELD_NAMES.map((name) => slotOf(FIELDS[name]))).size).toBe(FIELD_NAMES.length);
  for (const name of FIELD_NAMES) {
    expect(FIELDS[name] & 1).toBe(0);
    expect(FIELDS[name] & ~0x7fff).toBe(0);
    expect(fieldName(FIELDS[name])).toBe(name);
  }
});

test("widths: selectors 16 bits, limits and access rights 32, bases natural, addresses 64", () => {
  for (const name of FIELD_NAMES) {
    const width = widthOf(FIELDS[name]);
    if (/^guest..r?$/.test(name) && FIELDS[name] < 0x2000) expect([name, width]).toEqual([name, 2]);
    if (/(Limit|Access|Controls)$/.test(name) && name !== "apicAccess")
      expect([name, width]).toEqual([name, 4]);
    if (/Base$|Bitmap[AB]$|Msr(Load|Store)$/.test(name)) expect([name, width]).toEqual([name, 8]);
  }
});

test.each(GENERATIONS.map((one) => [one.id, one] as const))(
  "%s: what is written is read back, cut to its width",
  (_, has) => {
    const vmcs = new Vmcs(has);
    let value = 0x12345678;
    for (const encoding of supportedFields(has)) {
      if (isReadOnly(encoding)) {
        expect(vmcs.write(encoding, 1, 1)).toBe(VM_ERROR.readOnlyField);
        continue;
      }
      value = Math.imul(value, 0x01000193) ^ encoding;
      expect(vmcs.write(encoding, value, ~value)).toBe(0);
      const width = widthOf(encoding);
      expect(vmcs.read(encoding)).toEqual([width === 2 ? value & 0xffff : value, width === 8 ? ~value : 0]);
      if (isHighAccess(encoding + 1)) {
        expect(vmcs.write(encoding + 1, 0x5a5a5a5a, 0)).toBe(0);
        expect(vmcs.read(encoding)).toEqual([value, 0x5a5a5a5a]);
        expect(vmcs.read(encoding + 1)).toEqual([0x5a5a5a5a, 0]);
      }
    }
  },
);

test("fields that a generation lacks, and encodings that are none, are VMfailValid(12)", () => {
  const first = new Vmcs(FIRST_GENERATION);
  for (const name of [
    "msrBitmap",
    "secondaryControls",
    "preemptionTimer",
    "guestEfer",
    "vpid",
    "eptPointer",
  ] as const) {
    expect(first.read(FIELDS[name])).toBe(VM_ERROR.unsupportedField);
    expect(first.write(FIELDS[name], 0, 0)).toBe(VM_ERROR.unsupportedField);
  }
  const latest = new Vmcs(LATEST);
  expect(latest.has(FIELDS.preemptionTimer)).toBe(true);
  for (const encoding of [-1, 1, 0x0801, 0x4001, 0x6001, 0x6c18, 0x10000, 0x7fffffff]) {
    expect(latest.read(encoding)).toBe(VM_ERROR.unsupportedField);
    expect(latest.write(encoding, 0, 0)).toBe(VM_ERROR.unsupportedField);
  }
});

test("what must be 1 may be 1, in every generation", () => {
  for (const has of GENERATIONS)
    for (const { must, may } of [
      has.pin,
      has.primary,
      has.exit,
      has.entry,
      has.cr0,
      has.cr4,
      ...(has.secondary ? [has.secondary] : []),
    ])
      expect([has.id, must & ~may]).toEqual([has.id, 0]);
});
