/** Another world: everything costs one cycle. */
import { UNIT_MONITOR } from "../../src/machine/profiles/monitors/unit.ts";
import { UNIT } from "../../src/machine/profiles/unit.ts";

export const UNIT_PRICES = [UNIT, UNIT_MONITOR] as const;
