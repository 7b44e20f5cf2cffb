import { test } from "vitest";
import { buildNetGuest, expectedNet } from "../../../src/guests/index.ts";
import { HASWELL } from "../../../src/machine/profiles/haswell.ts";
import { NET_PATHS, netDriverFor, netRig } from "../../../src/systems/io/net-paths.ts";
test.each(NET_PATHS)("%s", (path) => {
 for (const workload of ["echo","send","receive"] as const) for (const [depth,batch] of [[1,1],[16,1],[16,16]] as const) {
  const options = { ...netDriverFor(path), size: 1512, count: 128, depth, batch, workload };
  const { machine, crossings } = netRig(path, { guest: buildNetGuest(options), profile: HASWELL, latency: 10000 });
  let s = ""; machine.onSerial((b) => { s += String.fromCharCode(b); });
  const maps: Map<string, number>[] = []; const slept: number[] = [];
  machine.board.marker.onMark = () => { maps.push(new Map(crossings)); slept.push(machine.clock.slept); };
  const t = performance.now();
  const stop = machine.run({ limit: 100_000_000 });
  const [a, b] = machine.board.marker.marks;
  const d = Object.fromEntries([...(maps[1] ?? [])].map(([k, v]) => [k, ((v - (maps[0]?.get(k) ?? 0)) / 128).toFixed(2)]).filter(([, v]) => v !== "0.00"));
  const n = (k: string) => (((b?.counts as any)?.[k] - (a?.counts as any)?.[k]) / 128).toFixed(2);
  console.log(path, workload, depth, batch, stop.reason, s === expectedNet(options), "time", ((b!.cycle - a!.cycle) / 128).toFixed(0), "work", ((b!.cycle - a!.cycle - slept[1]! + slept[0]!) / 128).toFixed(0), JSON.stringify(d), "copy", n("copyLine"), "packet", n("packet"), "kick", n("kick"), "hostCall", n("hostCall"), "req", n("request"), "ms", (performance.now() - t).toFixed(0));
 }
});
