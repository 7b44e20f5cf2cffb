/**
 * What can only be assigned together: functions between which requests pass without reaching the remapping unit, because no bridge on their
 * way has Access Control Services (PCI Express Base 6.12), and functions that the unit cannot tell apart.
 */

export interface DeviceFunction {
  /** Bus << 8 | device << 3 | function. */
  readonly requester: number;
  /** Its device keeps functions apart (ACS). A device of one function needs none. */
  readonly isolated: boolean;
}

/** Functions of one device are a group unless all of them are isolated. Groups in the order of their first members. */
export function groupsOf(functions: readonly DeviceFunction[]): readonly (readonly number[])[] {
  const devices = new Map<number, DeviceFunction[]>();
  for (const one of functions) {
    const device = one.requester >> 3;
    devices.set(device, [...(devices.get(device) ?? []), one]);
  }
  return [...devices.values()].flatMap((members) =>
    members.every(({ isolated }) => isolated)
      ? members.map(({ requester }) => [requester])
      : [members.map(({ requester }) => requester)],
  );
}

/** Throws a RangeError that names who is missing when only a part of a group is wanted. */
export function checkAssignment(groups: readonly (readonly number[])[], wanted: readonly number[]): void {
  const name = (requester: number) =>
    `${(requester >> 8).toString(16)}:${((requester >> 3) & 31).toString(16)}.${requester & 7}`;
  for (const group of groups) {
    const missing = group.filter((member) => !wanted.includes(member));
    if (missing.length === 0 || missing.length === group.length) continue;
    throw new RangeError(
      `${wanted.map(name).join(", ")} cannot be assigned without ${missing.map(name).join(", ")}: they are one group`,
    );
  }
}
