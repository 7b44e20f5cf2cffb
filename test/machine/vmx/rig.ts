/** The smallest guest, under the name that these tests have for it. */
export * from "../../../src/machine/vmx/small-guest.ts";
export { SmallGuest as Rig } from "../../../src/machine/vmx/small-guest.ts";
