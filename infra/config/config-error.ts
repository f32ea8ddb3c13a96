/** A setting that cannot be used. Its message is one line for the operator: the key, the fault, where it came from. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** The setting's name in the YAML file, as in `server.http_port`. */
  readonly key: string;

  constructor(key: string, fault: string, origin: string, options?: ErrorOptions) {
    super(`${key}: ${fault} (${origin})`, options);
    this.key = key;
  }
}
