/** Every instruction of every formal ISA, classified by execution: the map of lab 01. */
import { classify, ISAS, isSensitive, isUserSensitive } from "../formal/index.ts";
import { defineExperiment } from "./experiment.ts";

export const formalMap = defineExperiment({
  name: "formal-map",
  title: "Sensitive × privileged: the instructions of five machines",
  question: "Which instructions keep a machine from being virtualized, and which only from a hybrid monitor?",
  parameters: {
    machine: {
      default: Object.keys(ISAS),
      oneOf: Object.keys(ISAS),
      unit: "",
      doc: "the instruction set, by its short name",
    },
  },
  columns: {
    isa: { label: "ISA", unit: "" },
    mnemonic: { label: "instruction", unit: "" },
    privileged: { label: "privileged", unit: "" },
    controlSensitive: { label: "control-sensitive", unit: "" },
    locationSensitive: { label: "location-sensitive", unit: "" },
    modeSensitive: { label: "mode-sensitive", unit: "" },
    userSensitive: { label: "user-sensitive", unit: "" },
    class: { label: "class", unit: "" },
    pairs: { label: "pairs of states run", unit: "1" },
  },
  run({ machine }) {
    const isa = ISAS[machine as keyof typeof ISAS];
    return classify(isa).map((found) => ({
      isa: isa.name,
      mnemonic: found.mnemonic,
      privileged: found.privileged,
      controlSensitive: found.control.s || found.control.u,
      locationSensitive: found.location.s || found.location.u,
      modeSensitive: found.mode,
      userSensitive: isUserSensitive(found),
      class: className(isSensitive(found), found.privileged),
      pairs: found.coverage.pairsRun.mode + found.coverage.pairsRun.location,
    }));
  },
});

function className(sensitive: boolean, privileged: boolean): string {
  if (!sensitive) return privileged ? "privileged" : "innocuous";
  return privileged ? "sensitive and privileged" : "sensitive, not privileged";
}
