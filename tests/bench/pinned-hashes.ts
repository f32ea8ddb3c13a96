import type { Scenario } from "./workload-generator.ts";

/** Report hashes of the generator's streams of 5,000 orders at seed 7, as they were when pinned. */
export const PINNED_HASHES: Readonly<Record<Scenario, string>> = {
  static: "6920877e6f8b26c6704b9ebeb6ba091f2c0c554310b1810aef74680eec21b3c9",
  normal: "8a4ff26c9df427b7b2b8ff78d38a238c144c8787eb39d28cd3086c504a050097",
  "swing-25": "68a7ebb1b0b03070d8e0efab87deb3e27771e6d92bfb42893b8f9ad46850c680",
  "swing-40": "83e723275befee6b6279412fb18da24f75938efc8a4d818eb0a9d680402c0876",
  "flash-crash": "46531ce8c738f519c6f19283f913ec4d3c5c4b0ed330794bbf1c985a9b1822bb",
};
