import { type Agent, request } from "node:http";

/** Posts JSON as a user; resolves to the answer's status once it is read whole, 0 where there is none. */
export function postOrder(agent: Agent, url: string, userId: string, body: string): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(
      url,
      {
        method: "POST",
        agent,
        headers: {
          authorization: `Bearer dev:${userId}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
        response.once("error", () => resolve(0));
      },
    );
    sending.once("error", () => resolve(0));
    sending.end(body);
  });
}
