import { EmbeddedMarketData } from "../../infra/embedded/market-data.ts";
import { describeMarketData } from "./market-data.ts";

describeMarketData("embedded", async () => {
  const store = new EmbeddedMarketData();
  return { writer: store, reader: store, stream: store, close: () => store.close() };
});
