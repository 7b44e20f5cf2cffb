/** Random operations, from a seed: programs that are executed, and filters of system calls. */
import { Dice, type Make } from "./random.ts";

/** Programs with set-id bits and capabilities, executed by users in and out of user namespaces. */
export function execLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const who = ["init"];
  const powers = ["CHOWN", "SETUID", "SETPCAP", "SETFCAP", "NET_ADMIN", "BPF", "KILL"];
  const power = () => dice.pick(powers);
  const powersOrNone = () => dice.pick(["none", power(), power(), `${power()},${power()}`]);
  const id = () => dice.pick([0, 0, 1, 5, 1000, 2000]);
  const paths = ["/x", "/y", "/n/z", "/s"];
  const path = () => dice.pick(paths);
  const mode = () => dice.pick(["755", "4755", "6755", "2755", "2745", "4711", "700", "750"]);
  const sets = ["cap", "permitted", "inheritable", "in-ambient", "in-bounding"];
  const makes: Make[] = [
    () => `exec ${path()}`,
    () => `exec ${path()}`,
    () => `exec ${path()}`,
    () => `${dice.pick(sets)} ${power()}`,
    () => `${dice.pick(sets)} ${power()}`,
    () => dice.pick(["getuid", "geteuid", "getgid"]),
    () =>
      `setcap ${path()} ${powersOrNone()} ${powersOrNone()} ${dice.pick(["yes", "no"])} ${dice.pick(["-", "-", "0", "1000", "5"])}`,
    () => `getcap ${path()}`,
    () => `removexattr ${path()} security.capability`,
    () => `chmod ${path()} ${mode()}`,
    () => `chown ${path()} ${id()} ${id()}`,
    () => `stat ${dice.pick(["/", "/n", "/s"])}`,
    () =>
      `${dice.pick(["lower", "raise", "raise", "inherit", "inherit", "inherit", "disinherit"])} ${power()}`,
    () => (dice.below(4) ? `inherit ${power()}` : `drop ${power()}`),
    () => (dice.below(3) ? `ambient ${power()}` : `unambient ${power()}`),
    () => (dice.below(4) ? `ambient ${power()}` : `bounding ${power()}`),
    () => (dice.below(6) ? "geteuid" : "no_new_privs"),
    () => (dice.below(3) ? `seteuid ${id()}` : `setuid ${id()}`),
    () => `setgid ${id()}`,
    () => `setgroups ${id()}`,
  ];
  const lines = [
    "init: program /x 755",
    "init: program /y 4755",
    "init: mkdir /n 755",
    `init: mount none /n tmpfs ${dice.pick(["none", "nosuid", "noexec", "none"])} -`,
    "init: program /n/z 755",
    `init: write /s "#!${dice.pick(["/x", "/y", " /n/z", "/s", "/none", ""])}"`,
    "init: chmod /s 755",
  ];
  while (lines.length < count) {
    lines.push(`${dice.pick(who)}: ${dice.pick(makes)()}`);
    if (dice.below(12) || who.length === 8) continue;
    const [name, parent] = [`p${who.length}`, dice.pick(who)];
    const user = dice.pick(["NEWUSER", "NEWUSER,NEWNS", "none", "none"]);
    lines.push(`${parent}: clone ${name} ${user}`);
    who.push(name);
    if (user !== "none") {
      const map = dice.pick(["0 1000 10", "0 0 10", "0 0 100000", "5 0 3000"]);
      lines.push(`${parent}: uid_map ${name} "${map}"`, `${parent}: gid_map ${name} "${map}"`);
    }
    if (dice.below(2)) lines.push(`${name}: setgid 1000`, `${name}: setuid 1000`);
  }
  return lines;
}

/** What every filter here lets pass, so that the process below can go on: those that it answers by. */
const ANSWERING = [44, 45, 157];
const RETURNS = [
  "0",
  "0x80000000",
  "0x7fff0000",
  "0x7fff0000",
  "0x7fff0000",
  "0x7ffc0000",
  "0x50001",
  "0x5000b",
  "0x50000",
  "0x30000",
  "0x7fc00000",
  "0x7ff00000",
  "0x51fff",
  "0x12345678",
];

/** Filters of system calls that are valid or nearly so, and calls by number with arguments that the filters look at. */
export function seccompLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const who = ["init"];
  const some = () => dice.pick([0, 1, 2, 3, 16, 31, 32, 39, 64, 102, 110, 0xffff, 0x80000000, 0xffffffff]);
  const offset = () => dice.pick([0, 0, 0, 4, 16, 20, 24, 28, 56, 60]);
  const anyOffset = () => dice.pick([8, 12, 64, 2, 68, 0xfffff000]);
  const jump = (left: number) => (dice.below(60) ? dice.below(Math.max(1, left)) : dice.below(6));
  const valid = [
    0x20, 0x20, 0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d, 0x05, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03,
    0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64, 0x6c, 0x74, 0x7c, 0xa4,
    0xac, 0x84, 0x80, 0x81, 0x07, 0x87, 0x06, 0x16,
  ];
  const invalid = [0x94, 0x9c, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x0e, 0x100, 0xff, 0x21, 0x0d, 0x8c, 0x55];
  function program(): string {
    const list = ["32 0 0 0"];
    for (const [i, number] of ANSWERING.entries()) list.push(`21 ${ANSWERING.length - i} 0 ${number}`);
    list.push("5 0 0 1", `6 0 0 ${0x7fff0000}`);
    const size = 1 + dice.below(14);
    const cells = [0, 1, 15];
    if (dice.below(2)) list.push(`2 0 0 ${dice.pick(cells)}`);
    for (let at = 0; at < size; at++) {
      const left = size - at;
      const code = dice.below(60) ? dice.pick(valid) : dice.pick(invalid);
      const kind = code & 7;
      let k: number = some();
      if (code === 0x20) k = dice.below(40) ? offset() : anyOffset();
      else if ([0x60, 0x61, 2, 3].includes(code)) k = dice.below(40) ? dice.pick(cells) : 16;
      else if (code === 0x05) k = jump(left);
      else if ((code === 0x64 || code === 0x74) && dice.below(30)) k = dice.below(32);
      else if (code === 0x34 && dice.below(30)) k = 1 + dice.below(9);
      else if (code === 0x06) k = Number(dice.pick(RETURNS));
      const [jt, jf] = kind === 5 && code !== 5 ? [jump(left), jump(left)] : [0, 0];
      list.push(`${code} ${jt} ${jf} ${k}`);
    }
    list.push(dice.below(30) ? `6 0 0 ${Number(dice.pick(RETURNS))}` : dice.pick(["22 0 0 0", "4 0 0 1"]));
    return list.join(",");
  }
  const argument = () =>
    dice.pick([
      "0",
      "1",
      "2",
      "16",
      "0x80000000",
      "0xffffffff",
      "0x100000000",
      "0xffffffffffffffff",
      "39",
      "0x6600000066",
    ]);
  const makes: Make[] = [
    () => `call ${dice.pick([39, 102, 104, 107, 110])} ${Array.from({ length: 6 }, argument).join(" ")}`,
    () => `call ${dice.pick([39, 102, 104, 107, 110])} ${Array.from({ length: 6 }, argument).join(" ")}`,
    () => `call ${dice.pick([39, 102, 104, 107, 110])} ${Array.from({ length: 6 }, argument).join(" ")}`,
    () => `seccomp "${program()}"`,
    () => `seccomp "${program()}"`,
  ];
  const lines = ["init: program /x 755"];
  while (lines.length < count) {
    // Init stays without filters, so that somebody goes on.
    const one = dice.pick(who);
    if (one !== "init") lines.push(`${one}: ${dice.below(40) ? dice.pick(makes)() : "no_new_privs"}`);
    if (dice.below(8) || who.length === 20) continue;
    const name = `p${who.length}`;
    lines.push(`init: clone ${name} none`);
    who.push(name);
    if (!dice.below(4)) lines.push(`${name}: setuid 1000`);
    if (!dice.below(4)) lines.push(`${name}: no_new_privs`);
  }
  return lines;
}
