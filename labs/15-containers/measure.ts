/** What lab 15 measures: containers of a kernel that asks the component; every figure is an answer to a line of system calls. */
import { POLICIES, World } from "../../src/systems/os/kernel-policies.ts";
import type { Containers } from "./component.ts";

const kernel = (component: Containers) =>
  new World({ lookup: component, union: component, charging: component });

/** The kernel's own. */
export const REFERENCE: Containers = {
  ...POLICIES.lookup,
  ...POLICIES.charging,
  resolve: (found) => [...POLICIES.union.resolve(found)],
  list: (layers) => [...POLICIES.union.list(layers)],
  change(...given) {
    const { copy, leave } = POLICIES.union.change(...given);
    return { copy: [...copy], leave };
  },
};

/** Two control groups, a with process p and b with process q. */
function groups(component: Containers, ...settings: string[]): World {
  const world = kernel(component);
  const lines = [
    "mkdir /c 755",
    "mount cgroup2 /c cgroup2 none -",
    ...["mkdir /c/i 755", "mkdir /c/a 755", "mkdir /c/b 755"],
    ...["write /c/i/cgroup.procs 0", "write /c/cgroup.subtree_control +cpu"],
    ...settings,
    ...["clone p none", "clone q none", "write /c/a/cgroup.procs 2", "write /c/b/cgroup.procs 3"],
  ];
  for (const line of lines) world.perform(`init: ${line}`);
  return world;
}

const number = (text: string, after: string): number =>
  Number(new RegExp(`${after}(\\d+)`).exec(text)?.[1] ?? Number.NaN);
/** A line of a group's cpu.stat, in milliseconds where it is a time. */
function stat(world: World, group: string, key: string): number {
  const value = number(world.perform(`init: read /c/${group}/cpu.stat`), `${key} `);
  return key.endsWith("_usec") ? value / 1000 : value;
}

export interface Limit {
  /** Milliseconds. */
  readonly quota: number;
  readonly period: number;
}
export const FIFTH: Limit = { quota: 20, period: 100 };
/** The same share, in small pieces. */
export const FINE: Limit = { quota: 2, period: 10 };

const limited = ({ quota, period }: Limit) => `write /c/a/cpu.max "${quota * 1000} ${period * 1000}"`;
const GIVEN_UP = 1000;

/** How long a job takes from its first instruction to its last, alone on the machine. */
export function jobRows(component: Containers, work: readonly number[], limit = FIFTH) {
  return work.map((milliseconds) => {
    const world = groups(component, limited(limit));
    world.perform("p: spin");
    let elapsed = 0;
    while (elapsed < GIVEN_UP && !(stat(world, "a", "usage_usec") >= milliseconds)) {
      world.perform("init: sleep 1");
      elapsed++;
    }
    const waited = elapsed - milliseconds;
    return { work: milliseconds, elapsed, waited, limit: `${limit.quota} of each ${limit.period} ms` };
  });
}

/** What two containers have got of one processor, over time. */
export function shareRows(component: Containers, settings: readonly string[], duration = 400) {
  const world = groups(component, ...settings);
  for (const who of ["p", "q"]) world.perform(`${who}: spin`);
  const rows: { time: number; container: string; got: number }[] = [];
  for (let time = 0; time <= duration; time += 10) {
    for (const group of ["a", "b"])
      rows.push({ time, container: group.toUpperCase(), got: stat(world, group, "usage_usec") });
    world.perform("init: sleep 10");
  }
  const counters = ["a", "b"].map((group) => ({
    quota: settings.length > 1 ? "yes" : "no",
    container: group.toUpperCase(),
    weight: number(world.perform(`init: read /c/${group}/cpu.weight`), '"'),
    ran: Math.round(stat(world, group, "usage_usec")),
    periods: stat(world, group, "nr_periods"),
    throttledPeriods: stat(world, group, "nr_throttled"),
    throttled: Math.round(stat(world, group, "throttled_usec")),
  }));
  return { rows, counters };
}

const HEAVY = "write /c/a/cpu.weight 300";
/** A has three times B's weight: with nothing else, and with a quota. */
export const WEIGHT = [HEAVY];
export const WEIGHT_AND_QUOTA = [HEAVY, limited(FIFTH)];

const MIB = 2 ** 20;
export const ACTS: Readonly<Record<string, string>> = {
  "read it": "read /m/d/f",
  "append a byte": "append /m/d/f x",
  "change its mode": "chmod /m/d/f 600",
  "remove it": "unlink /m/d/f",
};

/** A container does one thing to a file of its image: how much is in its own layer afterwards. */
export function copyRows(component: Containers, sizes: readonly number[]) {
  return sizes.flatMap((size) =>
    Object.entries(ACTS).map(([act, line]) => {
      const world = kernel(component);
      for (const one of [
        ...["mkdir /image 755", "mkdir /image/d 755", "write /image/d/f x", "mkdir /own 755"],
        ...[`truncate /image/d/f ${size * MIB}`, "mkdir /work 755", "mkdir /m 755"],
        "mount overlay /m overlay none lowerdir=/image,upperdir=/own,workdir=/work",
        line,
      ])
        world.perform(`init: ${one}`);
      const own = Math.round((sum(world, "/own") / MIB) * 10) / 10;
      const image = Math.round((sum(world, "/image") / MIB) * 10) / 10;
      return { size, act, own, image, names: listed(world, "/own/d").join(" ") };
    }),
  );
}

const listed = (world: World, path: string): string[] =>
  (/^ok (.*)$/.exec(world.perform(`init: ls ${path}`))?.[1] ?? "").split(" ").filter(Boolean);

/** Bytes of all files below a directory. */
function sum(world: World, path: string): number {
  let bytes = 0;
  for (const name of listed(world, path)) {
    const answer = world.perform(`init: stat ${path}/${name}`);
    bytes += answer.startsWith("ok d") ? sum(world, `${path}/${name}`) : number(answer, "size=");
  }
  return bytes;
}

/** What the container's root does, and what is asked when it is done; "ok" means that it is root of the host. */
export interface Attack {
  readonly attack: string;
  /** What the container has of its own, besides its users. */
  readonly kinds: string;
  readonly lines: readonly string[];
  readonly asked: string;
}

const SECRET = ["init: write /secret s", "init: chmod /secret 600"];
const USER = ["init: clone user none", "user: setgid 1000", "user: setuid 1000"];

export const ATTACKS: readonly Attack[] = [
  {
    attack: "leave a set-user-ID program for a user of the host",
    kinds: "NEWNS,NEWPID,NEWUTS,NEWIPC,NEWNET",
    lines: ["c: program /srv/trap 755", "c: chmod /srv/trap 4755", ...USER, "user: exec /srv/trap"],
    asked: "user: read /secret",
  },
  {
    attack: "leave a program with a capability",
    kinds: "NEWNS,NEWPID,NEWUTS,NEWIPC,NEWNET",
    lines: [
      ...["c: program /srv/trap 755", "c: setcap /srv/trap DAC_OVERRIDE none yes -"],
      ...[...USER, "user: exec /srv/trap"],
    ],
    asked: "user: read /secret",
  },
  {
    attack: "climb out of a changed root",
    kinds: "NEWPID,NEWUTS,NEWIPC,NEWNET",
    lines: [
      ...["c: chroot /srv", "c: chdir /", "c: mkdir /x 755", "c: chroot /x", "c: chdir ../..", "c: chroot ."],
    ],
    asked: "c: read /secret",
  },
  {
    attack: "make the device of the host's disk",
    kinds: "NEWNS,NEWPID,NEWUTS,NEWIPC,NEWNET",
    lines: [],
    asked: "c: mknod /srv/disk b 240:0",
  },
  {
    attack: "enter the host's network",
    kinds: "NEWNS,NEWPID,NEWUTS,NEWIPC,NEWNET",
    lines: [],
    asked: "c: setns init NEWNET",
  },
];

/** Without `root` there are no users of one's own; with it, the container's root is that id outside. */
export function attackLines({ kinds, lines, asked }: Attack, root?: number): string[] {
  const owner = root ?? 0;
  const shared = ["init: mkdir /srv 755", `init: chown /srv ${owner} ${owner}`, ...SECRET];
  if (root === undefined) return [...shared, `init: clone c ${kinds}`, ...lines, asked];
  const maps = ["uid_map", "gid_map"].map((file) => `init: ${file} c "0 ${root} 65536"`);
  const users = [`init: clone c NEWUSER,${kinds}`, ...maps, "c: setgid 0", "c: setuid 0"];
  return [...shared, ...users, ...lines, asked];
}

const outcome = (answer: string) => (answer.startsWith("ok") ? "done" : answer);

/** What becomes of each attack: before there were user namespaces, with them, and with a map that gives root away. */
export function attackRows(component: Containers) {
  return ATTACKS.map((attack) => {
    const tried = (root?: number) => {
      const world = kernel(component);
      const answers = attackLines(attack, root).map((line) => world.perform(line));
      return outcome(answers.at(-1)!);
    };
    return {
      "root of the container tries to": attack.attack,
      "before Linux 3.8": tried(),
      'map "0 100000 65536"': tried(100_000),
      'map "0 0 65536"': tried(0),
    };
  });
}

/** Opens the lab. */
export const openingRows = () => shareRows(REFERENCE, WEIGHT_AND_QUOTA).rows;
