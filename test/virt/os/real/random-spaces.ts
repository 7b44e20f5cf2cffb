/** Random operations, from a seed: namespaces of every kind, and the maps of user namespaces. */
import { Dice, type Make } from "./random.ts";

const KINDS = [
  "NEWUSER",
  "NEWUSER",
  "NEWUSER",
  "NEWNS",
  "NEWUTS",
  "NEWIPC",
  "NEWPID",
  "NEWNET",
  "NEWCGROUP",
  "NEWTIME",
];
const IDS = [0, 0, 1, 2, 1000, 2000, 65534];
const POWERS = [
  "SYS_ADMIN",
  "SETUID",
  "SETGID",
  "SETFCAP",
  "SYS_PTRACE",
  "SYS_TIME",
  "IPC_OWNER",
  "DAC_OVERRIDE",
  "SYS_CHROOT",
  "SETPCAP",
];

/** Processes in namespaces of every kind, at several levels: who enters which, maps whom, and uses what is inside. */
export function spacesLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const who = ["init"];
  const some = () => dice.pick(who);
  const kinds = () => Array.from({ length: 1 + dice.below(2) }, () => dice.pick(KINDS)).join(",");
  const id = () => dice.pick(IDS);
  const mode = () => dice.pick(["600", "666", "644", "060", "006", "000"]);
  const range = () => `${id()} ${id()} ${dice.pick([1, 1, 1, 2, 10, 1000, 65536, 0])}`;
  const ranges = () =>
    dice.pick([range(), range(), range(), `${range()},${range()}`, "0 0 4294967295", "0 0 65536"]);
  const made = () => dice.below(4);
  const makes: Make[] = [
    () => `unshare ${kinds()}`,
    () => `setns ${some()} ${kinds()}`,
    () => `setns ${some()} ${kinds()}`,
    () =>
      `same ${dice.pick(["user", "uts", "ipc", "net", "cgroup", "time", "mnt", "pid", "time_for_children"])} ${some()}`,
    () => `uid_map ${some()} "${ranges()}"`,
    () => `gid_map ${some()} "${ranges()}"`,
    () => `deny-setgroups ${some()}`,
    () => `setuid ${id()}`,
    () => `seteuid ${id()}`,
    () => `setgid ${id()}`,
    () => `setgroups ${id()}`,
    () => dice.pick(["getuid", "geteuid", "getgid", "gethostname", "getpid", "getppid"]),
    () => `cap ${dice.pick(POWERS)}`,
    () => (dice.below(4) ? "geteuid" : `drop ${dice.pick(POWERS)}`),
    () => `sethostname ${dice.pick(["x", "y", "z"])}`,
    () => (dice.below(3) ? "getgid" : "chroot /d"),
    () => `kill ${1 + dice.below(5)} 0`,
    () => `msgget ${dice.pick([1, 2, 3, "private"])} ${dice.pick(["creat", "creat,excl", "none"])} ${mode()}`,
    () => `msgget ${dice.pick([1, 2])} creat ${mode()}`,
    () => `msgsnd ${made()} ${dice.below(4)} m${dice.below(9)}`,
    () => `msgrcv ${made()} ${dice.below(5) - 2}`,
    () => `msgstat ${made()}`,
    () => `msgset ${made()} ${id()} ${id()} ${mode()}`,
    () => `msgrm ${made()}`,
    () =>
      `shmget ${dice.pick([1, 2, "private"])} ${dice.pick([0, 10, 20])} ${dice.pick(["creat", "none"])} ${mode()}`,
    () => `shmwrite ${made()} w${dice.below(9)}`,
    () => `shmread ${made()}`,
    () => `shmrm ${made()}`,
    () => `clock ${dice.pick(["monotonic", "boottime"])}`,
    () => `timens_offsets ${some()} "${dice.pick(["monotonic", "boottime"])} ${1000 * dice.below(9)} 0"`,
  ];
  const lines = ["init: mkdir /d 755"];
  while (lines.length < count) {
    lines.push(`${some()}: ${dice.pick(makes)()}`);
    if (dice.below(12) || who.length === 10) continue;
    const name = `p${who.length}`;
    const parent = some();
    lines.push(`${parent}: clone ${name} ${dice.below(3) ? kinds() : "none"}`);
    who.push(name);
    if (dice.below(3))
      lines.push(`${parent}: uid_map ${name} "${ranges()}"`, `${parent}: gid_map ${name} "${ranges()}"`);
    else if (dice.below(2)) lines.push(`${name}: setgid 1000`, `${name}: setuid 1000`);
  }
  return lines;
}

/** Network namespaces: pairs of devices made, named, moved and taken away, by those who may and those who may not. */
export function netLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const who = ["init"];
  const name = () => dice.pick(["va", "vb", "vc", "vd"]);
  const any = () => (dice.below(12) ? name() : dice.pick(["lo", "averyverylongname", "a/b", "..", "a:b"]));
  const makes: Make[] = [
    () => `veth ${any()} ${any()}`,
    () => `veth ${name()} ${name()}`,
    () => "links",
    () => "links",
    () => `link-up ${any()}`,
    () => `link-down ${any()}`,
    () => `link-rename ${any()} ${any()}`,
    () => `link-move ${any()} ${dice.pick(who)}`,
    () => `link-move ${name()} ${dice.pick(who)}`,
    () => (dice.below(3) ? "links" : `link-delete ${any()}`),
    () => `listen ${name()}`,
    () => `connect ${name()}`,
    () => (dice.below(8) ? "links" : `drop ${dice.pick(["NET_ADMIN", "SYS_PTRACE"])}`),
  ];
  const lines: string[] = [];
  while (lines.length < count) {
    lines.push(`${dice.pick(who)}: ${dice.pick(makes)()}`);
    if (dice.below(15) || who.length === 8) continue;
    const child = `p${who.length}`;
    lines.push(
      `${dice.pick(who)}: clone ${child} ${dice.pick(["none", "NEWNET", "NEWNET", "NEWUSER,NEWNET", "NEWUSER"])}`,
    );
    who.push(child);
  }
  return lines;
}
