/** cgroup-v2.rst "IO Interface Files" */
import { refuse } from "../../errno.ts";
import type { ControlFile } from "../control-file.ts";
import { limit } from "../words.ts";
import { LIMITS, type Limit } from "./io.ts";

export const IO_FILES: readonly ControlFile[] = [
  {
    name: "io.max",
    mode: 0o644,
    controller: "io",
    read: ({ states }) =>
      [...states.io!.devices]
        .filter(([, buckets]) => LIMITS.some((one) => buckets[one].rate !== Number.POSITIVE_INFINITY))
        .map(([device, b]) => `${device} ${LIMITS.map((one) => `${one}=${limit(b[one].rate)}`).join(" ")}\n`)
        .join(""),
    write: ({ states, kernel }, text) => {
      const [, device, rest] = /^(\d+:\d+)(?:\s+(.*))?$/.exec(text) ?? refuse("EINVAL");
      if (!kernel.blockDevices.has(device!)) refuse("ENODEV");
      const wanted: [Limit, number][] = (rest ?? "")
        .split(" ")
        .filter(Boolean)
        .map((word) => {
          const [key, value = ""] = word.split("=");
          const digits = /^\d+/.exec(value);
          if (!digits && value !== "max") refuse("EINVAL");
          const rate = digits ? Number(digits[0]) : Number.POSITIVE_INFINITY;
          if (rate === 0) refuse("ERANGE");
          return [LIMITS.find((one) => one === key && rate > 1) ?? refuse("EINVAL"), rate];
        });
      const buckets = states.io!.buckets(device!);
      for (const [key, rate] of wanted) buckets[key].rate = rate;
    },
  },
];
