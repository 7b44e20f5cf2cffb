/**
 * What our DSDT says of hot plug (ACPI 6.5, 6.3 and 5.6.6): each slot can be ejected, and general-purpose event 1 tells of those that changed.
 *
 *     \_SB.PCI0.S18 …    _ADR, _SUN, _EJ0: eject it by its bit
 *     \_SB.PCI0.PCNT     up: Notify(slot, 1 device check), Notify(bus, 0 bus check) │ down: Notify(slot, 3 eject request)
 *     \_GPE._E01         PCNT
 */
import { HOT_PLUG } from "../devices/pci/hot-plug.ts";
import { FIRST_SLOT, LAST_SLOT } from "../devices/pci/slots.ts";
import {
  device,
  ifBit,
  integer,
  LOCAL0,
  LOCAL1,
  method,
  name,
  notify,
  path,
  portFields,
  store,
} from "./aml.ts";
import { ascii, concat } from "./table-bytes.ts";

const BUS_CHECK = 0;
const DEVICE_CHECK = 1;
const EJECT_REQUEST = 3;
const SLOTS = Array.from({ length: LAST_SLOT - FIRST_SLOT + 1 }, (_, i) => FIRST_SLOT + i);

/** By its place, device << 3: S18 for device 3. */
const nameOf = (slot: number) => `S${(slot << 3).toString(16).toUpperCase().padStart(2, "0")}_`;

/** Into the scope of the bus. */
export function slots(): Uint8Array {
  const eject = (slot: number) => method("_EJ0", 1, store(integer((1 << slot) >>> 0), ascii("PCEJ")));
  const devices = SLOTS.map((slot) =>
    device(nameOf(slot), name("_ADR", integer(slot << 16)), name("_SUN", integer(slot)), eject(slot)),
  );
  const checks = SLOTS.map((slot) =>
    concat(
      // Linux looks for what is gone when the bus is checked, not the slot.
      ifBit(LOCAL0, slot, notify(nameOf(slot), DEVICE_CHECK), notify("PCI0", BUS_CHECK)),
      ifBit(LOCAL1, slot, notify(nameOf(slot), EJECT_REQUEST)),
    ),
  );
  return concat(
    portFields("PCST", HOT_PLUG.base, HOT_PLUG.removable, "PCIU", "PCID", "PCEJ"),
    ...devices,
    // Reading "up" clears it: once.
    method("PCNT", 0, store(ascii("PCIU"), LOCAL0), store(ascii("PCID"), LOCAL1), ...checks),
  );
}

/** Into the scope of general-purpose events. */
export function events(): Uint8Array {
  return method("_E01", 0, path("_SB_", "PCI0", "PCNT"));
}
