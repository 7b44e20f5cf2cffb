/** Random operations, from a seed: on files and mounts, or on a union with its layers in sight. */

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export type Make = () => string;

export class Dice {
  private readonly source;
  constructor(seed: number) {
    this.source = xoroshiro128plus(seed);
  }
  below(count: number): number {
    return uniformInt(this.source, 0, count - 1);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const NAMES = ["a", "b", "c"];

/** Of 1 to 3 names, some relative, some with "." and "..", some with a slash at their end. */
function anyPath(dice: Dice): string {
  const names = Array.from({ length: 1 + dice.below(3) }, () =>
    dice.pick(dice.below(14) ? NAMES : ["..", "."]),
  );
  return `${dice.below(4) ? "/" : ""}${names.join("/")}${dice.below(25) ? "" : "/"}`;
}
const plainPath = (dice: Dice): string =>
  `/${Array.from({ length: 1 + dice.below(3) }, () => dice.pick(NAMES)).join("/")}`;

function onFiles(dice: Dice, path: Make, target = path): Make[] {
  return [
    () => `mkdir ${path()} ${dice.pick(["755", "700", "1777", "2775", "555"])}`,
    () => `mkdir ${path()} 777`,
    () => `write ${path()} ${dice.pick(["x", "hello"])}`,
    () => `append ${path()} y`,
    () => `overwrite ${path()} zz`,
    () => `create ${path()} ${dice.pick(["644", "4755", "666"])}`,
    () => `read ${path()}`,
    () => `unlink ${path()}`,
    () => `rmdir ${path()}`,
    () => `rename ${path()} ${path()}`,
    () => `exchange ${path()} ${path()}`,
    () => `link ${path()} ${path()}`,
    () => `symlink ${target()} ${path()}`,
    () => `readlink ${path()}`,
    () => `stat ${path()}`,
    () => `ls ${path()}`,
    () => `chmod ${path()} ${dice.pick(["755", "700", "644", "4755", "2755", "000", "1777"])}`,
    () => `chown ${path()} ${dice.pick([0, 1000, 2000, -1])} ${dice.pick([0, 1000, -1])}`,
    () => `truncate ${path()} ${dice.below(6)}`,
    () => `mknod ${path()} ${dice.pick(["c 0:0", "c 240:3", "p 0:0", "b 240:1"])}`,
    () => `open ${path()}`,
    () => `umask ${dice.pick(["022", "077", "000"])}`,
    () => `setxattr ${path()} user.k ${dice.pick(["v", "w"])}`,
    () => `getxattr ${path()} user.k`,
    () => `removexattr ${path()} user.k`,
    () => `listxattr ${path()}`,
  ];
}

/** Files, by several processes of several users and capabilities. */
export function fileLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const makes = onFiles(dice, () => anyPath(dice));
  const who = ["init"];
  const lines: string[] = [];
  while (lines.length < count) {
    lines.push(`${dice.pick(who)}: ${dice.pick(makes)()}`);
    if (dice.below(50) || who.length === 6) continue;
    const name = `p${who.length}`;
    lines.push(`${dice.pick(who)}: clone ${name} none`);
    who.push(name);
    const user = dice.pick([1000, 2000]);
    const lost = dice.pick(["DAC_OVERRIDE", "FOWNER", "CHOWN", "MKNOD", "FSETID", "DAC_READ_SEARCH"]);
    if (dice.below(2)) lines.push(`${name}: setgid ${user}`, `${name}: setuid ${user}`);
    else lines.push(`${name}: drop ${lost}`);
  }
  return lines;
}

/** Three layers with something in them, a union, and operations in it; what they leave in the layers is looked at in between. */
export function overlayLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  // A link out of the union into its layers would change them behind its back, and nobody says what that does.
  const inUnion = () => `/m${plainPath(dice)}`;
  const within = (root: string) => onFiles(dice, () => root + plainPath(dice), inUnion);
  const lines = ["l", "k", "u", "w", "m"].map((name) => `init: mkdir /${name} 755`);
  for (const root of ["/l", "/k", "/u"]) {
    const marks: Make[] = [
      () => `mknod ${root}${plainPath(dice)} c 0:0`,
      () => `setxattr ${root}${plainPath(dice)} trusted.overlay.opaque y`,
    ];
    // Upper's marks are the union's own to make.
    const may = root === "/u" ? within(root) : marks;
    for (let i = 0; i < 24; i++) lines.push(`init: ${dice.pick(dice.below(4) ? within(root) : may)()}`);
  }
  const upper = dice.below(8) ? ",upperdir=/u,workdir=/w" : "";
  lines.push(
    `init: mount overlay /m overlay none lowerdir=/k:/l${upper}`,
    "init: clone p none",
    "p: setuid 1000",
  );
  const above = within("/m");
  const peeks: Make[] = [
    () => `stat /u${plainPath(dice)}`,
    () => `ls /u${plainPath(dice)}`,
    () => `read /u${plainPath(dice)}`,
    () => `getxattr /u${plainPath(dice)} trusted.overlay.opaque`,
    () => `stat /l${plainPath(dice)}`,
  ];
  while (lines.length < count)
    lines.push(`${dice.below(8) ? "init" : "p"}: ${dice.pick(dice.below(4) ? above : peeks)()}`);
  return lines;
}

/** Mounts of all kinds, in several namespaces, some of them of less privileged users, and what is seen of them. */
export function mountLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const path = () => (dice.below(12) ? anyPath(dice) : dice.pick(["/", "..", ".", "/.."]));
  const flags = () => dice.pick(["none", "none", "ro", "nodev", "nosuid,noexec", "ro,nodev"]);
  const type = () => dice.pick(["shared", "shared", "slave", "private", "unbindable"]);
  const rec = () => dice.pick(["", ",rec"]);
  const makes: Make[] = [
    () => `mkdir ${path()} 755`,
    () => `mkdir ${path()} 755`,
    () => `mkdir ${path()} 755`,
    () => `write ${path()} ${dice.pick(["x", "hello"])}`,
    () => `write ${path()} ${dice.pick(["x", "hello"])}`,
    () => `read ${path()}`,
    () => `ls ${path()}`,
    () => `ls ${path()}`,
    () => `ls ${path()}`,
    () => `stat ${path()}`,
    () => `unlink ${path()}`,
    () => `rmdir ${path()}`,
    () => `rename ${path()} ${path()}`,
    () => `exchange ${path()} ${path()}`,
    () => `symlink ${path()} ${path()}`,
    () => `chdir ${path()}`,
    () => "chdir /",
    () => "getcwd",
    () => `chroot ${path()}`,
    () => `mount none ${path()} tmpfs ${flags()} -`,
    () => `mount none ${path()} tmpfs none -`,
    () => `mount ${path()} ${path()} - bind -`,
    () => `mount ${path()} ${path()} - bind,rec -`,
    () => `mount ${path()} ${path()} - move -`,
    () => `mount - ${path()} - remount,bind,${flags()} -`,
    () => `mount - ${path()} - remount,${flags()} -`,
    () => `mount - ${path()} - ${type()}${rec()} -`,
    () => `mount - ${path()} - shared${rec()} -`,
    () => `mount - / - ${type()}${rec()} -`,
    () => `umount ${path()} none`,
    () => `umount ${path()} none`,
    () => `umount ${path()} detach`,
    () => `pivot_root ${path()} ${path()}`,
    () => "pivot_root . .",
    () => `mknod ${path()} c 240:3`,
    () => `link ${path()} ${path()}`,
    () => `open ${path()}`,
    () => `unshare ${dice.pick(["NEWNS", "NEWUSER|NEWNS"])}`,
  ];
  const who = ["init"];
  const lines: string[] = [];
  for (const a of NAMES)
    lines.push(`init: mkdir /${a} 755`, ...NAMES.map((b) => `init: mkdir /${a}/${b} 755`));
  if (dice.below(2)) lines.push("init: mount - / - shared -");
  while (lines.length < count) {
    lines.push(`${dice.pick(who)}: ${dice.pick(makes)()}`);
    if (dice.below(40) || who.length === 5) continue;
    const name = `p${who.length}`;
    lines.push(`${dice.pick(who)}: clone ${name} ${dice.pick(["none", "NEWNS", "NEWNS", "NEWUSER|NEWNS"])}`);
    who.push(name);
  }
  return lines;
}

/** Unions of anything with anything, most of them refused. */
export function layerLines(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const path = () => anyPath(dice);
  const changes: Make[] = [
    () => `mount none ${path()} tmpfs none -`,
    () => `mount ${path()} ${path()} - bind -`,
    () => `mount - ${path()} - remount,bind,ro -`,
    () => `mount - ${path()} - unbindable -`,
  ];
  const lines = NAMES.flatMap((a) => [
    `init: mkdir /${a} 755`,
    ...NAMES.map((b) => `init: mkdir /${a}/${b} 755`),
  ]);
  for (let i = 0; i < 6; i++) lines.push(`init: ${dice.pick(changes)()}`);
  lines.push("init: clone p NEWUSER|NEWNS");
  if (dice.below(2)) lines.push('p: uid_map p "0 0 1"', "p: deny-setgroups p", 'p: gid_map p "0 0 1"');
  const unions: Make[] = [
    () => `lowerdir=${path()}:${path()}`,
    () => `lowerdir=${path()},upperdir=${path()},workdir=${path()}`,
    () => `userxattr,lowerdir=${path()},upperdir=${path()},workdir=${path()}`,
  ];
  while (lines.length < count) {
    const who = dice.pick(["init", "init", "p"]);
    lines.push(`${who}: mount none ${path()} overlay none ${dice.pick(unions)()}`);
    lines.push(`${who}: umount ${path()} none`);
  }
  return lines;
}
