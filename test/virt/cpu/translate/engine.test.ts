import { binaryTranslation } from "../../../../src/virt/cpu/translate/engine.ts";
import { shadow } from "../../../../src/virt/mmu/shadow.ts";
import { engineCases } from "../engine.cases.ts";

engineCases({ name: "binary translation", engine: binaryTranslation({ pager: shadow }) });
