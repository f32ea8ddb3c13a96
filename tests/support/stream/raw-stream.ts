import { isDeepStrictEqual } from "node:util";
import WebSocket from "ws";
import {
  type StreamMessage,
  type StreamMessageOf,
  streamMessageSchema,
} from "../../../api/schemas/stream.ts";
import { waitFor } from "../../../infra/dev/services/wait.ts";

/** A WebSocket without manners of its own. Everything that it gets is held against the schemas. */
export class RawStream {
  readonly #socket: WebSocket;
  readonly #messages: StreamMessage[] = [];
  /** The code with which it was closed. */
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.on("error", () => undefined);
    socket.on("message", (data) => {
      const given: unknown = JSON.parse(String(data));
      const message = streamMessageSchema.parse(given);
      // A field that the schema does not name would be missing from what it gives back.
      if (!isDeepStrictEqual(message, given)) throw new Error(`undocumented fields: ${String(data)}`);
      this.#messages.push(message);
    });
  }

  /** Rejects with the status where the server refuses. */
  static async open(origin: string, headers: Record<string, string> = {}): Promise<RawStream> {
    const socket = new WebSocket(`${origin.replace("http", "ws")}/ws`, { headers });
    const stream = new RawStream(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
      socket.once("unexpected-response", (_request, response) => {
        reject(new Error(`status ${response.statusCode}`));
        socket.terminate();
      });
    });
    return stream;
  }

  send(message: object): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Takes the oldest message of a type. */
  next<T extends StreamMessage["type"]>(type: T): Promise<StreamMessageOf<T>> {
    return waitFor(`a message of type ${type}`, 10_000, () => {
      const index = this.#messages.findIndex((message) => message.type === type);
      return index < 0 ? undefined : (this.#messages.splice(index, 1)[0] as StreamMessageOf<T>);
    });
  }

  /** Whether a message of a type has come and was not taken. */
  has(type: StreamMessage["type"]): boolean {
    return this.#messages.some((message) => message.type === type);
  }

  /** Reads nothing any more. */
  pause(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.close();
  }
}
