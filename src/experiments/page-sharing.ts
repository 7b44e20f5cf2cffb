/** Waldspurger 2002, Figure 4: what page sharing finds in more and more machines with the same system and programs. */
import { bootImage, Host, RandomScanner, shared } from "../systems/overcommit/index.ts";
import { defineExperiment } from "./experiment.ts";
import { MIB } from "./memory/guests.ts";

/** Pages are looked at at random: so many times their number leaves one of three thousand out. */
const ROUNDS = 8;

export const pageSharing = defineExperiment({
  name: "page-sharing",
  title: "The same page, again",
  question: "How much memory do equal machines share, and how much of it is won?",
  parameters: {
    machines: {
      default: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      min: 1,
      max: 20,
      integer: true,
      unit: "1",
      doc: "equal machines of 40 MiB",
    },
    zero: { default: 0.07, min: 0, max: 0.3, unit: "1", doc: "of a machine's pages: full of zeros" },
    common: { default: 0.6, min: 0, max: 0.7, unit: "1", doc: "of its pages: equal in all machines" },
    pairs: { default: 0.11, min: 0, max: 0.5, unit: "1", doc: "of its pages, among these: there twice" },
  },
  columns: {
    shared: { label: "pages with a frame in common", unit: "%" },
    reclaimed: { label: "pages without a frame of their own", unit: "%" },
    zeros: { label: "of these, pages of zeros", unit: "%" },
    compared: { label: "full comparisons", unit: "1" },
  },
  seed: 1,
  run({ machines, zero, common, pairs }, seed) {
    const pages = 40 * MIB;
    const host = new Host({ frames: machines * (pages + 8), seed });
    for (let count = 0; count < machines; count++) bootImage(host, pages, { zero, common, pairs });
    new RandomScanner(host).scan(ROUNDS * machines * pages);
    const found = shared(host);
    const percent = (count: number) => (100 * count) / (machines * pages);
    const zeros = machines * Math.round(zero * pages) - 1;
    return [
      {
        ...{ shared: percent(found.shared), reclaimed: percent(found.reclaimed) },
        zeros: found.reclaimed === 0 ? 0 : (100 * Math.max(0, zeros)) / found.reclaimed,
        compared: host.ledger.count("compare"),
      },
    ];
  },
});
