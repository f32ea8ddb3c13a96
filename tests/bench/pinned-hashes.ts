import type { Scenario } from "./workload-generator.ts";

/** Report hashes of the generator's streams of 5,000 orders at seed 7, as they were when pinned. */
export const PINNED_HASHES: Readonly<Record<Scenario, string>> = {
  static: "9043cb46db7d94d6ac750ff0d53ce0aa1389e5d1f11d1e5f5dfaca8443c62ac9",
  normal: "2a33b9bc7eeaa4eec0504b478b6aff36a82645808c06a8c99f67aa230b048a78",
  "swing-25": "e9c37a49d408554e9d8ae2383a76e6a573ddc6c52028c30cb6b5e5baa54dc3f9",
  "swing-40": "90f5bc4ab1d5b99be1ac77c59194b9f52692ce7dd4a010fb1150985e26c7ae5e",
  "flash-crash": "de06352dfddc37d51a02555161b7c2ab8ae8f8e555233b324a8651e416c126b9",
};
