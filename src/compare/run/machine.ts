/** The machine under everything: its facts, its load, its pressure, its page cache. */
import { readFile, writeFile } from "node:fs/promises";
import { arch, cpus, loadavg, platform, release, totalmem } from "node:os";
import { must } from "../ground/child.ts";
import type { HostFacts, Pressure } from "../record.ts";

const read = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

export async function hostFacts(): Promise<HostFacts> {
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec((await read("/etc/os-release")) ?? "")?.[1];
  const governor = (await read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"))?.trim();
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    architecture: arch(),
    processors: cpus().length,
    memory: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    system: system ?? platform(),
    hypervisor: await hypervisor(),
    ...(governor === undefined ? {} : { governor }),
  };
}

/** CPUID leaf 1, ECX bit 31, as Linux shows it; who it is, from the firmware's tables. */
async function hypervisor(): Promise<string> {
  if (/microsoft/i.test(release())) return "Hyper-V (WSL 2)";
  const isGuest = /^flags\s*:.*\bhypervisor\b/m.test((await read("/proc/cpuinfo")) ?? "");
  if (!isGuest) return "none";
  const names = await Promise.all(
    ["sys_vendor", "product_name"].map((file) => read(`/sys/class/dmi/id/${file}`)),
  );
  return (
    names
      .map((name) => name?.trim())
      .filter(Boolean)
      .join(" ") || "one that doesn't give its name"
  );
}

/** One-minute load average. */
export const load = (): number => loadavg()[0] as number;

/** Microseconds since boot in which some task waited, for each resource: the "some" lines of /proc/pressure. */
export interface Stalls {
  /** Milliseconds of the reading. */
  at: number;
  waited: Partial<Record<keyof Pressure, number>>;
}

export async function stalls(): Promise<Stalls> {
  const waited: Stalls["waited"] = {};
  for (const resource of ["cpu", "memory", "io"] as const) {
    const total = /^some .*total=(\d+)/m.exec((await read(`/proc/pressure/${resource}`)) ?? "")?.[1];
    if (total !== undefined) waited[resource] = Number(total);
  }
  return { at: performance.now(), waited };
}

/** Undefined where the kernel keeps no such statistics. */
export function pressureBetween(before: Stalls, after: Stalls): Pressure | undefined {
  const elapsed = (after.at - before.at) * 1000;
  const shares = (["cpu", "memory", "io"] as const).flatMap((resource) => {
    const [from, to] = [before.waited[resource], after.waited[resource]];
    return from === undefined || to === undefined
      ? []
      : [[resource, round((100 * (to - from)) / elapsed)] as const];
  });
  return shares.length > 0 ? Object.fromEntries(shares) : undefined;
}

const round = (value: number) => Math.round(Math.min(100, Math.max(0, value)) * 100) / 100;

/** Writes back what is dirty and drops clean pages, directory entries and inodes. Whether that was allowed. */
export async function dropPageCache(): Promise<boolean> {
  await must(["sync"]);
  return writeFile("/proc/sys/vm/drop_caches", "3").then(
    () => true,
    () => false,
  );
}
