import { expect, test } from "vitest";
import { Clock } from "../../src/machine/clock.ts";
import { Ledger } from "../../src/machine/ledger.ts";
import { UNIT_MONITOR } from "../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../src/machine/profiles/unit.ts";
import { Trace } from "../../src/machine/trace.ts";
import { HostedDevices } from "../../src/systems/index.ts";

function make() {
  const clock = new Clock();
  const trace = new Trace(clock);
  return {
    trace,
    devices: new HostedDevices(),
    ledger: new Ledger({ clock, trace, profile: UNIT, monitor: UNIT_MONITOR }),
  };
}

test("the disk is behind two world switches, the interrupt controller behind none", () => {
  const { trace, devices, ledger } = make();
  devices.access("port", 0x20, ledger);
  expect(trace.count("worldSwitch")).toBe(0);
  devices.access("port", 0x1f7, ledger);
  expect(trace.count("worldSwitch")).toBe(2);
  expect(devices.world).toBe("monitor");
});

test("an interrupt belongs to the host", () => {
  const { trace, devices, ledger } = make();
  devices.interrupt(ledger);
  expect([trace.count("worldSwitch"), trace.count("device")]).toEqual([2, 1]);
});
