/** Random operations, from a seed: the tree of control groups, seen through namespaces and mounts of its own. */
import { Dice, type Make } from "./random.ts";

const SPACES = [
  "none",
  "NEWCGROUP",
  "NEWCGROUP",
  "NEWCGROUP,NEWNS",
  "NEWNS",
  "NEWPID",
  "NEWUSER",
  "NEWUSER,NEWCGROUP,NEWNS",
  "NEWUSER,NEWNS",
];
const FILES = ["procs", "procs", "threads", "events", "type", "max.depth", "max.descendants", "freeze"];

const SWITCHES = ["+pids", "+pids", "-pids", "+cpu", "-cpu", "+memory", "-memory", "+io", "-io", "+x"];
/** Where groups have controllers: who hands them on, and the limits that refuse a birth. */
const onControllers = (dice: Dice, group: Make): Make[] => [
  () => `overwrite ${group()}/cgroup.subtree_control ${dice.pick(SWITCHES)}`,
  () => `overwrite ${group()}/cgroup.subtree_control "${dice.pick(SWITCHES)} ${dice.pick(SWITCHES)}"`,
  () => `read ${group()}/cgroup.${dice.pick(["subtree_control", "controllers"])}`,
  () => `read ${group()}/cgroup.type`,
  () => `overwrite ${group()}/pids.max ${dice.pick(["0", "1", "2", "3", "max", "-1"])}`,
  () => `read ${group()}/pids.${dice.pick(["max", "current", "current", "events"])}`,
  () => `overwrite ${group()}/cpu.weight ${dice.pick(["1", "100", "10000", "0", "10001"])}`,
  () => `overwrite ${group()}/cpu.max ${dice.pick(["max", "10000", "100", '"20000 50000"', "-1"])}`,
  () => `read ${group()}/cpu.${dice.pick(["weight", "max"])}`,
  () =>
    `overwrite ${group()}/memory.${dice.pick(["max", "high", "low", "min"])} ${dice.pick(["max", "900M", "1G", "x"])}`,
  () => `read ${group()}/memory.${dice.pick(["max", "high", "low", "min", "oom.group"])}`,
  () => `chown ${group()}/${dice.pick(["pids.max", "cgroup.subtree_control"])} 1000 1000`,
];

/** Groups are made, given away, entered and removed by processes of several users, PID, cgroup and mount namespaces. */
export function groupLines(seed: number, count: number, controllers = false): string[] {
  const dice = new Dice(seed);
  const who = ["init"];
  const some = () => dice.pick(who);
  const names = (most: number) =>
    Array.from({ length: 1 + dice.below(most) }, () => dice.pick(["a", "b", dice.below(9) ? "a" : ".."]));
  /** One of the places where the tree is mounted, and a group below it. */
  const top = () => dice.pick(["/c", "/c", "/d", "/e"]);
  const group = () => (dice.below(6) ? `${top()}/${names(3).join("/")}` : top());
  const file = () => `${group()}/cgroup.${dice.pick(FILES)}`;
  const pid = () => dice.pick([0, 0, 1, 2, 3, 4, 5]);
  const limit = () => dice.pick(["0", "1", "2", "max", "max", "-1", "x"]);
  const makes: Make[] = [
    () => `mkdir ${group()} 755`,
    () => `mkdir ${group()} 755`,
    () => `mkdir ${group()} ${dice.pick(["700", "777", "1777"])}`,
    () => `rmdir ${group()}`,
    () => `rename ${group()} ${group()}`,
    () => `stat ${dice.below(2) ? group() : file()}`,
    () => `read ${file()}`,
    () => `read ${group()}/cgroup.procs`,
    () => `overwrite ${group()}/cgroup.procs ${pid()}`,
    () => `overwrite ${group()}/cgroup.procs ${pid()}`,
    () => `overwrite ${group()}/cgroup.threads ${pid()}`,
    () => `overwrite ${group()}/cgroup.max.${dice.pick(["depth", "descendants"])} ${limit()}`,
    () => (dice.below(4) ? `read ${group()}/cgroup.type` : `overwrite ${group()}/cgroup.type threaded`),
    () => (dice.below(8) ? `cgroup ${some()}` : `overwrite ${group()}/cgroup.kill 1`),
    () => `chown ${dice.below(2) ? group() : file()} ${dice.pick([0, 1000])} ${dice.pick([0, 1000])}`,
    () => `chmod ${dice.below(2) ? group() : file()} ${dice.pick(["755", "700", "666", "444", "777"])}`,
    () => `cgroup ${some()}`,
    () => `cgroup ${some()}`,
    () => `unshare ${dice.pick(SPACES)}`,
    () => `setns ${some()} ${dice.pick(["NEWCGROUP", "NEWCGROUP", "NEWNS", "NEWUSER", "NEWPID"])}`,
    () => `same cgroup ${some()}`,
    () => `mount cgroup2 ${dice.pick([top(), group()])} cgroup2 ${dice.pick(["none", "none", "ro"])} -`,
    () => `mount ${group()} ${dice.pick([top(), group()])} - bind -`,
    () => `mount - ${top()} - remount,bind${dice.below(2) ? ",ro" : ""} -`,
    () => `umount ${top()} ${dice.pick(["none", "detach"])}`,
    () => (dice.below(3) ? `chdir ${group()}` : "chdir /"),
    () => `mkdir ${names(2).join("/")} 755`,
    () => "getcwd",
    () => (dice.below(5) ? "getpid" : `setuid ${dice.pick([0, 1000])}`),
    () => `setxattr ${group()} trusted.k v`,
    () => `getxattr ${group()} trusted.k`,
  ];
  if (controllers) makes.push(...onControllers(dice, group));
  const lines = ["c", "d", "e"].map((name) => `init: mkdir /${name} 755`);
  lines.push("init: mount cgroup2 /c cgroup2 none -");
  while (lines.length < count) {
    lines.push(`${some()}: ${dice.pick(makes)()}`);
    if (dice.below(10) || who.length === 9) continue;
    const name = `p${who.length}`;
    const parent = some();
    lines.push(`${parent}: clone ${name} ${dice.pick(SPACES)}`);
    who.push(name);
    if (dice.below(2))
      lines.push(`${parent}: uid_map ${name} "0 0 2000"`, `${parent}: gid_map ${name} "0 0 2000"`);
    else if (dice.below(3) === 0) lines.push(`${name}: setgid 1000`, `${name}: setuid 1000`);
  }
  return lines;
}
