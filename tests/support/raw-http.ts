import { connect } from "node:net";

/** Sends these bytes as they are, and gives what came back until the other end closed or the time was over. */
export function rawHttp(origin: string, text: string, waitMs = 5_000): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.setEncoding("utf8").on("data", (part: string) => {
      answer += part;
      if (/\r\n\r\n[\s\S]*\}$/.test(answer)) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}
