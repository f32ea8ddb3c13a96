import packageJson from "../../package.json" with { type: "json" };
import { testApi } from "../support/api-app.ts";

/** The OpenAPI document as a server of this version gives it, in lines that a review can read. */
export async function servedDocument(): Promise<string> {
  const { app } = testApi({ version: packageJson.version });
  const response = await app.request("/openapi.json");
  return `${JSON.stringify(await response.json(), null, 2)}\n`;
}
