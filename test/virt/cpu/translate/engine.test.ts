import { binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({ name: "binary translation", engine: binaryTranslation() });
