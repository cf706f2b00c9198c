/** The daemon's refusal: its status code and its own words. */
export class DockerError extends Error {
  readonly status: number;
  constructor(status: number, what: string, message: string) {
    super(`Docker, ${what}: ${message}`);
    this.name = "DockerError";
    this.status = status;
  }
}
