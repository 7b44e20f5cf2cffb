/** What a run could leave on a machine, as sets of lines: taken before and after, they must be the same. */
import { readdir, readFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { cgroups } from "../../../src/compare/ground/cgroups.ts";
import { run } from "../../../src/compare/ground/child.ts";

const text = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

export type MachineState = Record<string, string[]>;

/**
 * Without what belongs to other comparisons that run at the same time: their scratch folders lie in the system's own
 * temporary folder, a test's in one of its own.
 *
 * @param marks of the runs: a process with one of them in its environment, its command line or its cgroup's path is theirs
 */
export async function machineState(marks: readonly string[]): Promise<MachineState> {
  const all = {
    mounts: (await text("/proc/self/mountinfo"))
      .split("\n")
      .map((line) => line.split(" ").slice(3).join(" ")),
    interfaces: await readdir("/sys/class/net").catch(() => []),
    routes: [await text("/proc/net/route"), await text("/proc/net/ipv6_route")].flatMap(lines),
    settings: await settings("/proc/sys"),
    rules: await rules(),
    cgroups: await emptyCgroups(marks),
    processes: await processes(marks),
    loops: await loops(),
    files: await files(),
  };
  const others = (await readdir(tmpdir())).filter((name) => name.startsWith("ringlab-compare-"));
  const isOurs = (line: string) => !others.some((name) => line.includes(name));
  return Object.fromEntries(Object.entries(all).map(([kind, found]) => [kind, found.filter(isOurs)]));
}

/** Of which a run may take nothing away. The others may become fewer by what other programs do meanwhile. */
const KEPT = ["interfaces", "routes", "settings", "rules"];

/** What `after` has more, and what it has less, than `before`. Settings that appear with a module of the kernel are none. */
export function difference(before: MachineState, after: MachineState): string[] {
  return Object.keys(before).flatMap((kind) => {
    const [was, is] = [before[kind] as string[], after[kind] as string[]];
    const more = is.filter((line) => !was.includes(line));
    const less = KEPT.includes(kind) ? was.filter((line) => !is.includes(line)) : [];
    const names = new Set(was.map((line) => line.split(" = ")[0]));
    const changed =
      kind === "settings" ? more.filter((line) => names.has(line.split(" = ")[0] as string)) : more;
    return [...changed.map((line) => `${kind}: + ${line}`), ...less.map((line) => `${kind}: - ${line}`)];
  });
}

const lines = (all: string): string[] => all.split("\n").filter(Boolean);

/** Counts and clocks of the kernel; drop_caches is a button, which shows who pressed it last. */
const NO_SETTINGS =
  /\/(random|dentry-state|file-nr|inode-nr|inode-state|ns_last_pid|nr|nf_conntrack_count|drop_caches|perf_event_max_sample_rate|discovery_memory|quota|sched_domain|stat_refresh|flush|cad_pid|hotplug|usermodehelper)(\/|$)|\/proc\/sys\/(debug|dev\/cdrom)/;

async function settings(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (NO_SETTINGS.test(path)) continue;
    if (entry.isDirectory()) found.push(...(await settings(path)));
    else found.push(`${path} = ${(await text(path)).trim()}`);
  }
  return found;
}

/** Rules and chains of iptables and nftables, without their counters. */
async function rules(): Promise<string[]> {
  const said = await Promise.all(
    [["iptables-save"], ["ip6tables-save"], ["nft", "--stateless", "list", "ruleset"]].map((argv) =>
      run(argv).then(
        ({ stdout }) => stdout,
        () => "", // not installed
      ),
    ),
  );
  return lines(said.join("\n"))
    .map((line) => line.replace(/\[\d+:\d+\]/, ""))
    .filter((line) => !line.startsWith("#"));
}

/** test/virt/os/real makes these, and removes them. */
const OTHER_TESTS = /\/ringlab-\d+(\/|$)/;

/** Others come and go with the processes that are in them; an empty one was left by somebody. */
async function emptyCgroups(marks: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of await cgroups()) {
    if (OTHER_TESTS.test(folder)) continue;
    const isOurs = marks.some((mark) => folder.includes(mark));
    const isEmpty = (await text(join(folder, "cgroup.procs"))) === "";
    const hasGroups = (await readdir(folder, { withFileTypes: true }).catch(() => [])).some((entry) =>
      entry.isDirectory(),
    );
    if (isOurs || (isEmpty && !hasGroups)) found.push(folder);
  }
  return found;
}

async function processes(marks: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const about = await Promise.all(
      ["environ", "cmdline", "cgroup"].map((file) => text(`/proc/${pid}/${file}`)),
    );
    if (marks.some((mark) => about.some((part) => part.includes(mark))))
      found.push(`${pid} ${about[1]?.replaceAll("\0", " ")}`);
  }
  return found;
}

async function loops(): Promise<string[]> {
  const disks = (await readdir("/sys/block").catch(() => [])).filter((name) => name.startsWith("loop"));
  const backed = disks.map(async (name) => `${name} ${await text(`/sys/block/${name}/loop/backing_file`)}`);
  return (await Promise.all(backed)).filter((line) => !line.endsWith(" "));
}

/** Places where engines keep things, two levels deep. */
const PLACES = ["/run", "/dev/shm", "/var/lib", "/etc/docker", "/etc/containers", "/etc/cni", "/opt"];
const OF_USER = [
  ".docker",
  ".config/containers",
  ".config/cni",
  ".local/share/containers",
  ".local/share/docker",
];
/** Other programs' own. */
const NOT_OURS = /^\/run\/(lock|user|udev|systemd|log)\/|^\/var\/lib\/(apt|dpkg|systemd|man-db)\//;

async function files(): Promise<string[]> {
  const found: string[] = [];
  for (const place of [...PLACES, ...OF_USER.map((path) => join(homedir(), path))])
    for (const path of await readdir(place).catch(() => [])) {
      const below = await readdir(join(place, path)).catch(() => []);
      found.push(join(place, path), ...below.map((name) => join(place, path, name)));
    }
  return found.filter((path) => !NOT_OURS.test(path));
}
